package dev.virtio4j.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.testing.Needs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("boot --firmware with SeaBIOS")
class FirmwareBootTest {
  private static final int SECTOR = 512;
  private static final int CD_SECTOR = 2048;
  private static final int DISK_BYTES = 1 << 20;
  private static final int QEMU_SECONDS = 120;

  // spotless:off
  /**
   * A boot sector that reads the sector behind it, sends its first byte on COM1, counts it up, and
   * resets the machine: in another way for each byte from '2' to '4'; then it halts, and ends QEMU by port F4h.
   */
  private static final String[] COUNT = {
    "31 C0    ; xor ax, ax",
    "8E D8    ; mov ds, ax",
    "8E C0    ; mov es, ax",
    "8E D0    ; mov ss, ax",
    "BC 00 7C ; mov sp, 0x7c00",
    "B8 01 02 ; mov ax, 0x0201",
    "BB 00 7E ; mov bx, 0x7e00",
    "B9 02 00 ; mov cx, 2",
    "B6 00    ; mov dh, 0",
    "CD 13    ; int 0x13",
    "8A 07    ; mov al, [bx]",
    "52       ; push dx",
    "BA F8 03 ; mov dx, 0x3f8",
    "EE       ; out dx, al",
    "5A       ; pop dx",
    "FE 07    ; inc byte [bx]",
    "B8 01 03 ; mov ax, 0x0301",
    "CD 13    ; int 0x13",
    "8A 07    ; mov al, [bx]",
    "3C 32    ; cmp al, '2'",
    "74 0C    ; je cf9",
    "3C 33    ; cmp al, '3'",
    "74 0E    ; je fast",
    "3C 34    ; cmp al, '4'",
    "74 0E    ; je keyboard",
    "E6 F4    ; out 0xf4, al",
    "FA       ; cli",
    "F4       ; hlt",
    "BA F9 0C ; mov dx, 0xcf9",
    "B0 06    ; mov al, 6",
    "EE       ; out dx, al",
    "B0 01    ; mov al, 1",
    "E6 92    ; out 0x92, al",
    "B0 FE    ; mov al, 0xfe",
    "E6 64    ; out 0x64, al"
  };

  /** One that sends C and halts. */
  private static final String[] PRINT_C = {
    "BA F8 03 ; mov dx, 3F8h",
    "B0 43    ; mov al, 'C'",
    "EE       ; out dx, al",
    "E6 F4    ; out F4h, al",
    "FA F4    ; cli, hlt"
  };
  // spotless:on

  @TempDir private Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void images() throws IOException {
    byte[] disk = bootSector(COUNT, DISK_BYTES);
    disk[SECTOR] = '1';
    Files.write(directory.resolve("disk"), disk);
    Files.write(directory.resolve("blank"), new byte[DISK_BYTES]);
    Files.write(directory.resolve("cd"), cd());
  }

  private static byte[] bootSector(String[] code, int size) {
    byte[] image = new byte[size];
    int at = 0;
    for (String line : code) {
      byte[] bytes = HexFormat.of().parseHex(line.replaceFirst(";.*", "").replace(" ", ""));
      System.arraycopy(bytes, 0, image, at, bytes.length);
      at += bytes.length;
    }
    image[SECTOR - 2] = 0x55;
    image[SECTOR - 1] = (byte) 0xAA;
    return image;
  }

  /** As little of a bootable CD as El Torito 1.0 allows: no file system, and no emulation. */
  private static byte[] cd() {
    byte[] cd = new byte[32 * CD_SECTOR];
    byte[] bootRecord = "\0CD001\1EL TORITO SPECIFICATION".getBytes(US_ASCII);
    System.arraycopy(bootRecord, 0, cd, 17 * CD_SECTOR, bootRecord.length);
    cd[17 * CD_SECTOR + 0x47] = 18; // the sector of the boot catalogue
    byte[] catalogue = {
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0, // validation entry: for a PC
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      (byte) 0xAA,
      0x55,
      0x55,
      (byte) 0xAA, // its sum
      (byte) 0x88,
      0,
      0,
      0,
      0,
      0,
      4,
      0,
      19 // bootable: 4 sectors of 512 bytes from sector 19
    };
    System.arraycopy(catalogue, 0, cd, 18 * CD_SECTOR, catalogue.length);
    byte[] image = bootSector(PRINT_C, CD_SECTOR);
    System.arraycopy(image, 0, cd, 19 * CD_SECTOR, image.length);
    return cd;
  }

  /** Boots SeaBIOS; {@code @} stands for the test's directory. */
  private int boot(String... args) {
    out.reset();
    err.reset();
    Path seaBios = Needs.seaBios("bios.bin");
    String[] there =
        Stream.concat(
                Stream.of("boot", "--memory=16M", "--timeout=5m", "--firmware=" + seaBios),
                Arrays.stream(args))
            .map(arg -> arg.replace("@", directory.toString()))
            .toArray(String[]::new);
    PrintStream errors = new PrintStream(err, true, UTF_8);
    return Main.run(new Console(InputStream.nullInputStream(), out, errors), there);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "--drive=file=@/disk",
        "--drive=file=@/disk,if=scsi",
        "--drive=file=@/disk,if=scsi,target=255",
        "--drive=file=@/disk,spec=0.8.9",
        "--drive=file=@/disk,if=scsi,spec=0.9.5",
        "--drive=file=@/cd,if=scsi,media=cdrom --drive=file=@/disk",
        "--drive=file=@/disk --drive=file=@/blank",
        "--drive=file=@/blank --drive=file=@/disk,if=scsi",
        "--drive=file=@/disk,if=scsi --drive=file=@/blank,if=scsi",
      })
  @DisplayName("boots from a disk, which the BIOS reads and writes, again after each kind of reset")
  void disk(String drives) throws IOException {
    assertThat(boot(drives.split(" ", -1))).as(err.toString(UTF_8)).isZero();
    assertThat(out.toString(US_ASCII)).isEqualTo("1234");
    assertThat(Files.readAllBytes(directory.resolve("disk"))[SECTOR]).isEqualTo((byte) '5');
    assertThat(err.toString(UTF_8).lines().filter(line -> line.contains("restarts")).toList())
        .containsExactly(
            "virtio4j: the guest restarts (reset by port CF9h)",
            "virtio4j: the guest restarts (reset by port 92h)",
            "virtio4j: the guest restarts (reset by the keyboard controller)");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "--drive=file=@/cd,if=scsi,media=cdrom",
        "--drive=file=@/blank --drive=file=@/cd,if=scsi,media=cdrom",
        "--drive=file=@/blank,if=scsi --drive=file=@/cd,if=scsi,media=cdrom",
      })
  @DisplayName("boots from a CD-ROM where no disk can be booted")
  void cdrom(String drives) {
    assertThat(boot(drives.split(" ", -1))).as(err.toString(UTF_8)).isZero();
    assertThat(out.toString(US_ASCII)).isEqualTo("C");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "virtio-blk-pci drive=a, disk, 1234",
    "virtio-scsi-pci scsi-hd drive=a, disk, 1234",
    "virtio-scsi-pci scsi-cd drive=a, cd, C"
  })
  @DisplayName("boots the same on QEMU")
  void qemu(String device, String image, String said) throws IOException, InterruptedException {
    Needs.qemu();
    Path serial = directory.resolve("serial");
    List<String> command = new ArrayList<>(List.of(Needs.QEMU, "-M", "pc,accel=tcg", "-m", "16"));
    command.addAll(List.of("-bios", Needs.seaBios("bios.bin").toString()));
    command.addAll(List.of("-nodefaults", "-display", "none", "-serial", "file:" + serial));
    command.addAll(List.of("-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"));
    String drive = "if=none,id=a,format=raw,file=" + directory.resolve(image);
    command.addAll(List.of("-drive", drive));
    for (String each : device.replace(" drive", ",drive").split(" ", -1)) {
      String legacy = each.startsWith("virtio") ? ",disable-modern=on,vectors=0" : "";
      command.addAll(List.of("-device", each + legacy));
    }
    Path log = directory.resolve("qemu.log");
    Process qemu =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (!qemu.waitFor(QEMU_SECONDS, TimeUnit.SECONDS)) {
      qemu.destroyForcibly().waitFor();
    }
    assertThat(Files.readString(log)).isEmpty();
    assertThat(Files.readString(serial)).isEqualTo(said);
  }

  @Test
  @DisplayName("goes on with a machine that was saved, whose ROM is in the file")
  void saved() {
    List<String> drive = List.of("--drive=file=@/disk", "--snapshot");
    assertThat(boot(drive.get(0), drive.get(1), "--expect=12", "--save-on", "3", "@/state"))
        .as(err.toString(UTF_8))
        .isZero();
    PrintStream errors = new PrintStream(err, true, UTF_8);
    out.reset();
    String[] restore = {
      "boot",
      "--memory=16M",
      "--drive=file=" + directory.resolve("disk"),
      "--snapshot",
      "--restore=" + directory.resolve("state")
    };
    assertThat(Main.run(new Console(InputStream.nullInputStream(), out, errors), restore)).isZero();
    assertThat(out.toString(US_ASCII)).isEqualTo("4");
  }
}
