package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import dev.virtio4j.block.RawFile;
import dev.virtio4j.drive.DriveKey;
import dev.virtio4j.testing.TestKernel;
import dev.virtio4j.virtio.blk.BlkCounter;
import dev.virtio4j.virtio.scsi.ScsiCounter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The command line")
class MainTest {
  @TempDir private Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void files() throws IOException {
    kernel(TestKernel.PRINT_X, TestKernel.HALT);
    Files.createFile(directory.resolve("empty"));
    Files.createDirectory(directory.resolve("directory"));
    Files.write(directory.resolve("disk"), new byte[4096 + 512]);
    Files.write(directory.resolve("odd"), new byte[1000]);
    Files.write(directory.resolve("initrd"), new byte[3 << 20]);
  }

  private void kernel(String... programs) throws IOException {
    TestKernel.write(directory.resolve("kernel"), programs);
  }

  /** Runs a command line; {@code @} stands for the test's directory. */
  private int run(String... args) {
    return run(out, args);
  }

  private int run(OutputStream output, String... args) {
    String[] there =
        Arrays.stream(args)
            .map(arg -> arg.replace("@", directory.toString()))
            .toArray(String[]::new);
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    return Main.run(new Console(InputStream.nullInputStream(), output, errors), there);
  }

  /** Standard error, with {@code @} for the test's directory. */
  private String errors() {
    return err.toString(StandardCharsets.UTF_8).replace(directory.toString(), "@");
  }

  private String output() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest(name = "virtio4j {0}")
  @DisplayName("answers bad usage with one line and 2")
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        // spotless:off
        "                                       ! virtio4j: Missing required subcommand; see 'virtio4j --help'",
        "fly                                    ! virtio4j: Unmatched argument at index 0: 'fly'; see 'virtio4j --help'",
        "guest                                  ! virtio4j: Missing required subcommand; see 'virtio4j guest --help'",
        "boot                                   ! virtio4j: give --kernel=FILE or --firmware=FILE to boot, or --restore=FILE to go on; see 'virtio4j boot --help'",
        "boot --kernel k --firmware f           ! virtio4j: firmware boots from the drives: leave out --kernel, --initrd and --append; see 'virtio4j boot --help'",
        "boot --kernel k --fly                  ! virtio4j: Unknown option: '--fly'; see 'virtio4j boot --help'",
        "boot --kernel k x                      ! virtio4j: x: the reference PC has no such thing; it goes with --host=jpc; see 'virtio4j boot --help'",
        "boot --kernel                          ! virtio4j: Missing required parameter for option '--kernel' (FILE); see 'virtio4j boot --help'",
        "boot --kernel k --kernel k             ! virtio4j: option '--kernel' (FILE) should be specified only once; see 'virtio4j boot --help'",
        "boot --kernel k --memory much          ! virtio4j: Invalid value for option '--memory': 'much' is no size such as 512, 64k, 4M or 1G; see 'virtio4j boot --help'",
        "boot --kernel k --memory 0             ! virtio4j: Invalid value for option '--memory': '0' is not 1M to 2047M in steps of 4K; see 'virtio4j boot --help'",
        "boot --kernel k --timeout 1d           ! virtio4j: Invalid value for option '--timeout': '1d' is no duration such as 300s, 5m or 500ms; see 'virtio4j boot --help'",
        "boot --kernel k --expect a --expect (  ! virtio4j: Invalid value for option '--expect' (REGEX): '(' is no regular expression: Unclosed group; see 'virtio4j boot --help'",
        "firmware-test reset x                  ! virtio4j: 'x' is no firmware test; there are pci-scan, real-mode, pic-interrupts, shared-line, indirect, reset, dma-code, random-reads, scsi-commands, tight-loops",
        "boot --kernel k --clock cuckoo         ! virtio4j: Invalid value for option '--clock': 'cuckoo' is not virtual or realtime; see 'virtio4j boot --help'",
        "boot --kernel k --cpu jit               ! virtio4j: Invalid value for option '--cpu': 'jit' is not interpreter or translator; see 'virtio4j boot --help'",
        "boot --kernel k --drive file=d,cache=x ! virtio4j: Invalid value for option '--drive' (KEYS): cache=x: use writeback, writethrough or unsafe; see 'virtio4j boot --help'",
        // spotless:on
      })
  void badUsage(String args, String line) {
    int status = run(args == null ? new String[0] : args.split(" "));
    assertThat(errors()).isEqualTo(line + System.lineSeparator());
    assertThat(output()).isEmpty();
    assertThat(status).isEqualTo(2);
  }

  @ParameterizedTest(name = "boot --kernel {0}")
  @DisplayName("answers bad input with one line that names the file, and 2")
  @ValueSource(
      strings = {
        "@/missing",
        "@/empty",
        "@/directory",
        "@/disk",
        "@/kernel --initrd @/missing",
        "@/kernel --initrd @/directory",
        "@/kernel --memory 2M --initrd @/initrd",
        "@/kernel --drive file=@/missing",
        "@/kernel --drive file=@/empty",
        "@/kernel --drive file=@/directory",
        "@/kernel --drive file=@/odd",
        "@/kernel --drive file=@/disk,logical_block_size=4096",
        "@/kernel --drive file=@/disk --drive file=@/disk",
      })
  void badInput(String args) {
    int status = run(("boot --kernel " + args).split(" "));
    String named = args.substring(args.lastIndexOf('@')).replaceFirst(",.*", "");
    assertThat(errors()).startsWith("virtio4j: ").contains(named).hasLineCount(1);
    assertThat(output()).isEmpty();
    assertThat(status).isEqualTo(2);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '!',
      value = {
        "missing   ! no such file; name a BIOS image, such as SeaBIOS's bios.bin",
        "directory ! no such file; name a BIOS image, such as SeaBIOS's bios.bin",
        "empty     ! has 0 bytes; a BIOS image has 64, 128, 192 or 256 KiB",
        "disk      ! has 4608 bytes; a BIOS image has 64, 128, 192 or 256 KiB",
      })
  @DisplayName("refuses a file that is no BIOS image, with one line and 2")
  void noFirmware(String file, String why) {
    int status = run("boot", "--firmware", "@/" + file);
    assertThat(errors()).isEqualTo("virtio4j: @/" + file + ": " + why + System.lineSeparator());
    assertThat(status).isEqualTo(2);
  }

  @Test
  @DisplayName("refuses an initrd that does not fit, with one line")
  void initrdDoesNotFit() {
    int status = run("boot", "--kernel", "@/kernel", "--memory", "3M", "--initrd", "@/initrd");
    assertThat(errors()).startsWith("virtio4j: ").contains("initrd").hasLineCount(1);
    assertThat(status).isEqualTo(2);
  }

  @Test
  @DisplayName("refuses a command line that is longer than the kernel takes")
  void commandLineTooLong() {
    int status = run("boot", "--kernel", "@/kernel", "--append", "x".repeat(257));
    assertThat(errors()).startsWith("virtio4j: ").contains("command line").hasLineCount(1);
    assertThat(status).isEqualTo(2);
  }

  @Test
  @DisplayName("says what to do where the Java heap has no room for the guest's memory")
  void noMemory() {
    int status = run("boot", "--kernel", "@/kernel", "--memory", "2047M");
    assertThat(errors()).startsWith("virtio4j: no room for 2047 MiB").hasLineCount(1);
    assertThat(status).isEqualTo(2);
  }

  @Test
  @DisplayName("and where it has none for an initial RAM disk that would fit the guest's")
  void noMemoryForInitrd() throws IOException {
    resize("initrd", 2000L << 20);
    int status = run("boot", "--kernel", "@/kernel", "--initrd", "@/initrd", "--memory", "2047M");
    assertThat(errors()).startsWith("virtio4j: no room for 2047 MiB").hasLineCount(1);
    assertThat(status).isEqualTo(2);
  }

  @Test
  @DisplayName("refuses a kernel that is larger than the guest's memory without reading it")
  void hugeKernel() throws IOException {
    resize("kernel", 3L << 30);
    int status = run("boot", "--kernel", "@/kernel");
    assertThat(errors())
        .endsWith("kernel: larger than the machine's memory; raise --memory\n")
        .hasLineCount(1);
    assertThat(status).isEqualTo(2);
  }

  /** Makes a file larger, of zeroes that take no room. */
  private void resize(String name, long length) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(directory.resolve(name).toFile(), "rw")) {
      file.setLength(length);
    }
  }

  @Test
  @DisplayName("refuses an image that is in use, and leaves it and the images before it alone")
  void imageInUse() throws IOException {
    Files.write(directory.resolve("other"), new byte[512]);
    var before = Files.getLastModifiedTime(directory.resolve("other"));
    try (RawFile holder = RawFile.open(directory.resolve("disk"), false)) {
      int status =
          run("boot", "--kernel", "@/kernel", "--drive", "file=@/other", "--drive", "file=@/disk");
      assertThat(status).isEqualTo(2);
      assertThat(errors()).startsWith("virtio4j: @/disk").hasLineCount(1);
      assertThat(holder.size()).isEqualTo(4096 + 512);
    }
    assertThat(Files.getLastModifiedTime(directory.resolve("other"))).isEqualTo(before);
    RawFile.open(directory.resolve("other"), false).close(); // it was let go
  }

  @Test
  @DisplayName("runs a kernel until it halts, and says on standard error how it went")
  void boot() {
    int status = run("boot", "--kernel", "@/kernel", "--drive", "file=@/disk");
    assertThat(output()).isEqualTo("x");
    assertThat(errors())
        .matches(
            """
            virtio4j: the guest powered off \\(halted with interrupts off\\)
            virtio4j: 5 guest instructions in [0-9.]+ s, [0-9.]+ million a second
            virtio4j: drive0 @/disk: 0 requests, 0 bytes read, 0 bytes written, 0 interrupts
            """);
    assertThat(status).isZero();
  }

  @Test
  @DisplayName("has a second line for a drive that was used, and says what time it took the host")
  void figures() throws IOException {
    kernel(TestKernel.WRITE_SECTOR, TestKernel.HALT);
    run("boot", "--kernel", "@/kernel", "--drive", "file=@/disk");
    assertThat(output()).isEqualTo("0");
    assertThat(errors())
        .containsPattern(
            """
            virtio4j: drive0 @/disk: 1 requests, 0 bytes read, 512 bytes written, 1 interrupts
            virtio4j: drive0 @/disk: 1 writes
            virtio4j: drive0 @/disk: on the host 1 x write in [0-9.]+ ms, 1 x flush in [0-9.]+ ms
            """);
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("writes the figures as JSON, however the run ends")
  @CsvSource({"FA F4, powered_off, 0", "0F 0B, crashed, 4"})
  void stats(String last, String ending, int exitStatus) throws Exception {
    kernel(TestKernel.WRITE_SECTOR, last);
    int status =
        run(
            ("boot --kernel @/kernel --stats @/stats --drive file=@/disk,serial=S,latency=1ms"
                    + " --drive file=@/initrd")
                .split(" "));
    assertThat(status).isEqualTo(exitStatus);
    JsonObject stats = JsonParser.object().from(Files.readString(directory.resolve("stats")));
    JsonObject machine = stats.getObject("machine");
    assertThat(machine.getString("ending")).isEqualTo(ending);
    assertThat(errors()).startsWith("virtio4j: " + machine.getString("reason") + "\n");
    assertThat(machine.getInt("exit_status")).isEqualTo(exitStatus);
    assertThat(machine.getLong("instructions")).isPositive();
    assertThat(machine.getLong("emulated_ns")).isGreaterThan(1_000_000);
    assertThat(machine.getLong("wall_ns")).isPositive();
    assertThat(stats.getArray("drives")).hasSize(2);
    JsonObject drive = stats.getArray("drives").getObject(0);
    assertThat(drive.getString("id")).isEqualTo("drive0");
    assertThat(drive.getString("file")).isEqualTo(directory.resolve("disk").toString());
    assertThat(drive.getObject("options"))
        .containsEntry("serial", "S")
        .containsEntry("latency", "1ms")
        .containsEntry("queue-size", "256")
        .doesNotContainKeys("id", "file", "bus", "media");
    assertThat(drive.getObject("counters"))
        .containsEntry("requests", 1)
        .containsEntry("writes", 1)
        .containsEntry("bytes_written", 512)
        .containsEntry("reads", 0);
    assertThat(drive.getObject("backend").getObject("write")).containsEntry("calls", 1);
    assertThat(drive.getObject("backend").getObject("write").getLong("ns")).isPositive();
  }

  @Test
  @DisplayName("has each figure of --stats in the README")
  void statsInReadme() throws IOException {
    assertThat(Files.readString(Path.of("README.md")))
        .contains(
            Stream.of(BlkCounter.values(), ScsiCounter.values())
                .flatMap(Arrays::stream)
                .map(counter -> "`" + counter.name().toLowerCase(Locale.ROOT) + "`")
                .toList());
  }

  @Test
  @DisplayName("writes the figures as JSON at a timeout")
  void statsAtTimeout() throws Exception {
    kernel(TestKernel.LOOP);
    Files.writeString(directory.resolve("stats"), "what a run before left".repeat(1000));
    assertThat(run("boot", "--kernel", "@/kernel", "--timeout", "1ms", "--stats", "@/stats"))
        .isEqualTo(3);
    JsonObject stats = JsonParser.object().from(Files.readString(directory.resolve("stats")));
    assertThat(stats.getObject("machine").getString("ending")).isEqualTo("timeout");
    assertThat(stats.getArray("drives")).isEmpty();
  }

  @ParameterizedTest(name = "--stats {0}")
  @DisplayName("refuses, before the guest runs, a file for the figures that can't be written")
  @ValueSource(
      strings = {"@/missing/stats", "@/directory", "@/disk", "@/kernel", "@/initrd", "@/base"})
  void statsRefused(String file) throws IOException {
    Files.write(directory.resolve("base"), new byte[4096]);
    run("image", "create", "--base", "@/base", "@/overlay");
    err.reset();
    String drives = " --drive file=@/disk --drive format=overlay,file=@/overlay,base=@/base";
    int status =
        run(("boot --kernel @/kernel --initrd @/initrd --stats " + file + drives).split(" "));
    assertThat(status).isEqualTo(2);
    assertThat(errors()).startsWith("virtio4j: ").contains(file).hasLineCount(1);
    assertThat(output()).isEmpty();
    assertThat(directory.resolve("base")).hasBinaryContent(new byte[4096]);
  }

  @Test
  @DisplayName("ends with 0 when what was expected came, with 1 when the guest ended before")
  void expect() throws IOException {
    assertThat(run("boot", "--kernel", "@/kernel", "--expect", "y")).isEqualTo(1);
    assertThat(errors()).contains("virtio4j: the guest powered off").contains("still expected: y");
    kernel(TestKernel.PRINT_X, TestKernel.LOOP);
    assertThat(run("boot", "--kernel", "@/kernel", "--expect", "x")).isZero();
  }

  @Test
  @DisplayName("ends with 3 at a timeout")
  void timeout() throws IOException {
    kernel(TestKernel.LOOP);
    assertThat(run("boot", "--kernel", "@/kernel", "--timeout", "1ms")).isEqualTo(3);
    assertThat(errors()).startsWith("virtio4j: timeout\n");
  }

  @Test
  @DisplayName("ends with 4 at a triple fault")
  void crash() throws IOException {
    kernel(TestKernel.FAULT);
    assertThat(run("boot", "--kernel", "@/kernel")).isEqualTo(4);
    assertThat(errors()).startsWith("virtio4j: the guest crashed (triple fault)\n");
  }

  @Test
  @DisplayName("boots again at each reset")
  void reset() throws IOException {
    kernel(TestKernel.PRINT_X, TestKernel.RESET, TestKernel.LOOP);
    assertThat(run("boot", "--kernel", "@/kernel", "--expect", "xxx")).isZero();
    assertThat(errors())
        .startsWith("virtio4j: the guest restarts (reset by the keyboard controller)\n".repeat(2));
  }

  @Test
  @DisplayName("ends with 2 and one line when nobody reads standard output any more")
  void brokenPipe() {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    assertThat(run(broken, "boot", "--kernel", "@/kernel")).isEqualTo(2);
    assertThat(errors()).isEqualTo("virtio4j: standard output: Broken pipe\n");
  }

  @ParameterizedTest(name = "virtio4j {0}")
  @DisplayName("has help that fits a screen of 80 x 24")
  @ValueSource(
      strings = {
        "--help",
        "demo --help",
        "drive-keys --help",
        "qtest --help",
        "guest --help",
        "guest fetch --help",
        "firmware-test --help",
        "image --help",
        "image create --help",
        "image info --help",
        "image commit --help",
        "image check --help",
        "image compact --help",
        "report --help",
        "report merge --help"
      })
  void help(String args) {
    assertThat(run(args.split(" "))).isZero();
    assertThat(errors()).isEmpty();
    assertThat(output()).startsWith("Usage: virtio4j");
    assertThat(output().lines()).hasSizeLessThan(64).allMatch(line -> line.length() <= 80);
  }

  @Test
  @DisplayName("has help for boot that is no wider than a screen")
  void bootHelp() {
    assertThat(run("boot", "--help")).isZero();
    assertThat(output().lines()).hasSizeLessThan(36).allMatch(line -> line.length() <= 80);
  }

  @Test
  @DisplayName("lists the keys of --drive, no line wider than a screen")
  void driveKeys() {
    assertThat(run("drive-keys")).isZero();
    assertThat(output())
        .contains(
            Arrays.stream(DriveKey.values()).map(key -> key.id() + "=" + key.syntax()).toList());
    assertThat(output().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  @DisplayName("shows a line for each firmware test")
  void firmwareTests() {
    assertThat(run("firmware-test", "real-mode", "reset")).isZero();
    assertThat(output()).isEqualTo("pass real-mode\npass reset\n");
    assertThat(errors()).isEmpty();
  }

  @Test
  @DisplayName("prints the version of the project")
  void version() {
    assertThat(run("--version")).isZero();
    assertThat(output()).matches("virtio4j \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\R");
  }
}
