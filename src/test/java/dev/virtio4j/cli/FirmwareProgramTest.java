package dev.virtio4j.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.machine.ReferenceHost;
import dev.virtio4j.pc.boot.MultibootImage;
import dev.virtio4j.pc.cpu.CpuMode;
import dev.virtio4j.testing.Needs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

@DisplayName("Firmware tests")
class FirmwareProgramTest {
  private static final int QEMU_SECONDS = 120;

  /** QEMU's exit status after the program wrote 0 to isa-debug-exit: 2n + 1. */
  private static final int QEMU_PASSED = 1;

  private static final Set<String> NOT_ON_QEMU = Set.of("scsi-commands");

  private static final Path SOURCES = Path.of("firmware-tests");

  // Programs of 32-bit x86.
  private static final int[] PRINT_X = {0x66, 0xBA, 0xF8, 0x03, 0xB0, 'x', 0xEE};
  private static final int[] HALT = {0xF4};
  private static final int[] SLEEP = {0xB0, 0xFF, 0xE6, 0x21, 0xFB, 0xF4}; // all IRQs masked
  private static final int[] FAULT = {0x0F, 0x0B}; // UD2 without an IDT

  @TempDir private static Path directory;

  @BeforeAll
  static void disks() throws IOException {
    for (int slot : FirmwareProgram.DISK_SLOTS) {
      Files.write(disk(slot), FirmwareProgram.disk());
    }
  }

  private static Path disk(int slot) {
    return directory.resolve("disk" + slot);
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("dev.virtio4j.cli.FirmwareProgram#NAMES")
  @DisplayName("pass on the reference PC")
  void referencePc(String name) throws IOException {
    assertThat(FirmwareProgram.load(name).run(CpuMode.TRANSLATOR).problem()).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("dev.virtio4j.cli.FirmwareProgram#NAMES")
  @DisplayName("pass in the ROM of a machine without a BIOS, as on a JPC")
  void rom(String name) throws IOException {
    assertThat(FirmwareProgram.load(name).run(new ReferenceHost()).problem()).isEmpty();
  }

  @Test
  @DisplayName("pass on a real JPC")
  void jpc() {
    String jar = System.getProperty("jpc.jar");
    if (jar == null) {
      throw Needs.skip("firmware tests on a real JPC, which is in no registry: -Djpc.jar=FILE");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Console console = new Console(InputStream.nullInputStream(), out, System.err);
    int status = Main.run(console, "firmware-test", "--host=jpc", "--jpc=" + jar);
    assertThat(out.toString(US_ASCII).lines())
        .containsExactlyElementsOf(
            FirmwareProgram.NAMES.stream().map(name -> "pass " + name).toList());
    assertThat(status).isZero();
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("dev.virtio4j.cli.FirmwareProgram#NAMES")
  @DisplayName("print the same lines on QEMU")
  void qemu(String name) throws IOException, InterruptedException {
    Needs.qemu();
    if (NOT_ON_QEMU.contains(name)) {
      throw Needs.skip(name + " on QEMU, which passes SCSI commands to SCSI disks of the host");
    }
    Path serial = directory.resolve(name + ".serial");
    Path log = directory.resolve(name + ".log");
    Process qemu =
        new ProcessBuilder(command(name, serial))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = qemu.waitFor(QEMU_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      qemu.destroyForcibly().waitFor();
    }
    assertThat(Files.readAllLines(log)).isEmpty();
    assertThat(Files.readAllLines(serial)).isEqualTo(FirmwareProgram.load(name).expected());
    assertThat(qemu.exitValue()).isEqualTo(QEMU_PASSED);
  }

  private static List<String> command(String name, Path serial) {
    List<String> command = new ArrayList<>(List.of(Needs.QEMU, "-machine", "pc,accel=tcg"));
    command.addAll(List.of("-m", String.valueOf(FirmwareProgram.MEMORY_BYTES >> 20)));
    command.addAll(List.of("-nodefaults", "-display", "none", "-no-reboot"));
    command.addAll(List.of("-kernel", "images/firmware/" + name + ".bin"));
    command.addAll(List.of("-serial", "file:" + serial));
    command.addAll(List.of("-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"));
    for (int slot : FirmwareProgram.DISK_SLOTS) {
      String drive = "if=none,id=d%d,format=raw,snapshot=on,file=%s".formatted(slot, disk(slot));
      String device = "virtio-blk-pci,disable-modern=on,vectors=0,drive=d%d,addr=%d";
      command.addAll(List.of("-drive", drive, "-device", device.formatted(slot, slot)));
    }
    return command;
  }

  @Test
  @DisplayName("are all built in, each with an image and its expected lines")
  void complete() throws IOException {
    assertThat(names(SOURCES, ".asm")).hasSameElementsAs(FirmwareProgram.NAMES);
    assertThat(names(SOURCES, ".expected")).hasSameElementsAs(FirmwareProgram.NAMES);
    assertThat(names(Path.of("images/firmware"), ".bin")).hasSameElementsAs(FirmwareProgram.NAMES);
    assertThat(FirmwareProgram.NAMES)
        .allSatisfy(name -> assertThat(FirmwareProgram.load(name).expected()).endsWith("PASS"));
  }

  private static List<String> names(Path directory, String end) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(end))
          .map(name -> name.substring(0, name.length() - end.length()))
          .toList();
    }
  }

  @Test
  @DisplayName("fail with the first line that is different")
  void differentLine() throws IOException {
    assertThat(program(List.of("y", "PASS"), PRINT_X, HALT).run(CpuMode.TRANSLATOR).problem())
        .contains("line 1 is 'x' instead of 'y'; halted with interrupts off");
    assertThat(program(List.of("x", "PASS"), PRINT_X, HALT).run(CpuMode.TRANSLATOR).problem())
        .contains("line 2 is missing instead of 'PASS'; halted with interrupts off");
    assertThat(program(List.of(), PRINT_X, HALT).run(CpuMode.TRANSLATOR).problem())
        .contains("line 1 is 'x' instead of missing; halted with interrupts off");
  }

  @Test
  @DisplayName("fail if they end in another way, whatever they printed")
  void differentEnd() throws IOException {
    assertThat(program(List.of("x"), PRINT_X, HALT).run(CpuMode.TRANSLATOR).problem()).isEmpty();
    assertThat(program(List.of("x"), PRINT_X, FAULT).run(CpuMode.TRANSLATOR).problem())
        .contains("triple fault");
    assertThat(program(List.of("x"), PRINT_X, SLEEP).run(CpuMode.TRANSLATOR).problem())
        .contains("it did not end");
  }

  private static FirmwareProgram program(List<String> expected, int[]... parts) throws IOException {
    ByteBuffer image = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    image.putInt(0x1BADB002).putInt(0x10000).putInt(-(0x1BADB002 + 0x10000));
    image.putInt(0x8000).putInt(0x8000).putInt(0).putInt(0).putInt(0x8020);
    for (int[] part : parts) {
      for (int value : part) {
        image.put((byte) value);
      }
    }
    return new FirmwareProgram("test", MultibootImage.read("test", image.array()), expected);
  }
}
