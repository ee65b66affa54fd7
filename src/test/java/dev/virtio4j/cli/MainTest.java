package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.RawFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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

  // Programs of 32-bit x86, entered as a kernel is.
  private static final int[] PRINT_X = {0x66, 0xBA, 0xF8, 0x03, 0xB0, 'x', 0xEE};
  private static final int[] HALT = {0xF4};
  private static final int[] LOOP = {0xEB, 0xFE};
  private static final int[] FAULT = {0x0F, 0x0B}; // UD2 without an IDT
  private static final int[] RESET = {0xB0, 0xFE, 0xE6, 0x64};

  @BeforeEach
  void files() throws IOException {
    kernel(PRINT_X, HALT);
    Files.createFile(directory.resolve("empty"));
    Files.createDirectory(directory.resolve("directory"));
    Files.write(directory.resolve("disk"), new byte[4096 + 512]);
    Files.write(directory.resolve("odd"), new byte[1000]);
    Files.write(directory.resolve("initrd"), new byte[3 << 20]);
  }

  /** Makes a file that passes for a bzImage, of these programs one after the other. */
  private void kernel(int[]... programs) throws IOException {
    ByteBuffer image = ByteBuffer.allocate(2 * 512 + 64).order(ByteOrder.LITTLE_ENDIAN);
    image.put(0x1F1, (byte) 1); // setup_sects
    image.putInt(0x1F4, 4); // syssize, in paragraphs of 16 bytes
    image.putShort(0x1FE, (short) 0xAA55); // boot_flag
    image.putShort(0x200, (short) 0x66EB); // the jump over the header
    image.put(0x202, "HdrS".getBytes(StandardCharsets.US_ASCII));
    image.putShort(0x206, (short) 0x206); // version
    image.put(0x211, (byte) 1); // loadflags: LOADED_HIGH
    image.putInt(0x22C, 0x37FFFFFF); // initrd_addr_max
    image.putInt(0x238, 256); // cmdline_size
    image.position(1024);
    for (int[] program : programs) {
      for (int value : program) {
        image.put((byte) value);
      }
    }
    Files.write(directory.resolve("kernel"), image.array());
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
        "boot                                   ! virtio4j: Missing required option: '--kernel=FILE'; see 'virtio4j boot --help'",
        "boot --kernel k --fly                  ! virtio4j: Unknown option: '--fly'; see 'virtio4j boot --help'",
        "boot --kernel k x                      ! virtio4j: Unmatched argument at index 3: 'x'; see 'virtio4j boot --help'",
        "boot --kernel                          ! virtio4j: Missing required parameter for option '--kernel' (FILE); see 'virtio4j boot --help'",
        "boot --kernel k --kernel k             ! virtio4j: option '--kernel' (FILE) should be specified only once; see 'virtio4j boot --help'",
        "boot --kernel k --memory much          ! virtio4j: Invalid value for option '--memory': 'much' is no size such as 512, 64k, 4M or 1G; see 'virtio4j boot --help'",
        "boot --kernel k --memory 0             ! virtio4j: Invalid value for option '--memory': '0' is not 1M to 2047M in steps of 4K; see 'virtio4j boot --help'",
        "boot --kernel k --timeout 1d           ! virtio4j: Invalid value for option '--timeout': '1d' is no duration such as 300s, 5m or 500ms; see 'virtio4j boot --help'",
        "boot --kernel k --expect a --expect (  ! virtio4j: Invalid value for option '--expect' (REGEX): '(' is no regular expression: Unclosed group; see 'virtio4j boot --help'",
        "firmware-test reset x                  ! virtio4j: 'x' is no firmware test; there are pci-scan, real-mode, pic-interrupts, shared-line, indirect, reset, dma-code, random-reads",
        "boot --kernel k --clock cuckoo         ! virtio4j: Invalid value for option '--clock': 'cuckoo' is not virtual or realtime; see 'virtio4j boot --help'",
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
            virtio4j: 4 guest instructions in [0-9.]+ s, [0-9.]+ million a second
            virtio4j: drive 0 @/disk: 0 requests, 0 bytes read, 0 bytes written, 0 interrupts
            """);
    assertThat(status).isZero();
  }

  @Test
  @DisplayName("ends with 0 when what was expected came, with 1 when the guest ended before")
  void expect() throws IOException {
    assertThat(run("boot", "--kernel", "@/kernel", "--expect", "y")).isEqualTo(1);
    assertThat(errors()).contains("virtio4j: the guest powered off").contains("still expected: y");
    kernel(PRINT_X, LOOP);
    assertThat(run("boot", "--kernel", "@/kernel", "--expect", "x")).isZero();
  }

  @Test
  @DisplayName("ends with 3 at a timeout")
  void timeout() throws IOException {
    kernel(LOOP);
    assertThat(run("boot", "--kernel", "@/kernel", "--timeout", "1ms")).isEqualTo(3);
    assertThat(errors()).startsWith("virtio4j: timeout\n");
  }

  @Test
  @DisplayName("ends with 4 at a triple fault")
  void crash() throws IOException {
    kernel(FAULT);
    assertThat(run("boot", "--kernel", "@/kernel")).isEqualTo(4);
    assertThat(errors()).startsWith("virtio4j: the guest crashed (triple fault)\n");
  }

  @Test
  @DisplayName("boots again at each reset")
  void reset() throws IOException {
    kernel(PRINT_X, RESET, LOOP);
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
        "boot --help",
        "drive-keys --help",
        "qtest --help",
        "guest --help",
        "guest fetch --help",
        "firmware-test --help"
      })
  void help(String args) {
    assertThat(run(args.split(" "))).isZero();
    assertThat(errors()).isEmpty();
    assertThat(output()).startsWith("Usage: virtio4j");
    assertThat(output().lines()).hasSizeLessThan(24).allMatch(line -> line.length() <= 80);
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
