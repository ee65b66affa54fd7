package dev.virtio4j.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.testing.TestKernel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("boot --save-on and boot --restore")
class SavedMachineTest {
  private static final String PRINT_Y = "66 BA F8 03  B0 79  EE";

  @TempDir private Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void files() throws IOException {
    TestKernel.write(path("kernel"), TestKernel.PRINT_X, PRINT_Y, TestKernel.HALT);
    Files.write(path("disk"), new byte[4096]);
  }

  private Path path(String name) {
    return directory.resolve(name);
  }

  /** Runs a boot; {@code @} stands for the test's directory. */
  private int boot(String... args) {
    out.reset();
    err.reset();
    boolean memoryGiven = Arrays.stream(args).anyMatch(arg -> arg.startsWith("--memory"));
    List<String> always = memoryGiven ? List.of("boot") : List.of("boot", "--memory=2M");
    String[] there =
        Stream.concat(always.stream(), Arrays.stream(args))
            .map(arg -> arg.replace("@", directory.toString()))
            .toArray(String[]::new);
    PrintStream errors = new PrintStream(err, true, UTF_8);
    return Main.run(new Console(InputStream.nullInputStream(), out, errors), there);
  }

  private int boot(String[] drive, String... args) {
    return boot(Stream.of(drive, args).flatMap(Arrays::stream).toArray(String[]::new));
  }

  private String serial() {
    return out.toString(US_ASCII);
  }

  /** What the program said, without the test's directory. */
  private String errors() {
    return err.toString(UTF_8).replace(directory.toString(), "@");
  }

  private long instructions() {
    return Long.parseLong(errors().replaceAll("(?s).*?(\\d+) guest instructions.*", "$1"));
  }

  private void save() {
    assertThat(boot("--kernel=@/kernel", "--drive=file=@/disk", "--save-on", "x", "@/state"))
        .as(errors())
        .isZero();
  }

  private void assertRefused(int status, String line) {
    assertThat(errors()).isEqualTo("virtio4j: " + line + "\n");
    assertThat(status).isEqualTo(2);
    assertThat(serial()).isEmpty();
  }

  @Test
  @DisplayName("save at the byte that completes the match, and go on with the next")
  void saveAndRestore() throws IOException {
    boot("--kernel=@/kernel");
    final long whole = instructions();

    save();
    assertThat(serial()).isEqualTo("x");
    assertThat(errors()).contains("virtio4j: @/state: ", "virtio4j: the machine was saved\n");
    long before = instructions();
    Files.delete(path("kernel"));

    assertThat(boot("--restore=@/state", "--drive=file=@/disk", "--expect=y")).isZero();
    assertThat(serial()).isEqualTo("y");
    assertThat(boot("--restore=@/state", "--drive=file=@/disk")).isZero();
    assertThat(errors()).startsWith("virtio4j: the guest powered off");
    assertThat(before + instructions()).isEqualTo(whole);
  }

  @Test
  @DisplayName("have the kernel in the file, for a guest that resets the machine")
  void resetAfterwards() throws IOException {
    TestKernel.write(path("kernel"), TestKernel.PRINT_X, PRINT_Y, TestKernel.RESET);
    save();
    Files.delete(path("kernel"));

    assertThat(boot("--restore=@/state", "--drive=file=@/disk", "--expect=yxyx")).isZero();
    assertThat(errors()).contains("the guest restarts");
  }

  @Test
  @DisplayName("wait for --expect first, and leave everything as it was if a match does not come")
  void neverMet() throws IOException {
    save();
    byte[] state = Files.readAllBytes(path("state"));
    assertThat(boot("--kernel=@/kernel", "--expect=y", "--save-on", "x", "@/state")).isEqualTo(1);
    assertThat(errors()).contains("the guest powered off", "; still expected: x\n");
    assertThat(path("state")).hasBinaryContent(state);
    assertThat(directory.toFile().list()).containsExactlyInAnyOrder("disk", "kernel", "state");
  }

  @Test
  @DisplayName("replace a saved machine, and nothing else")
  void replaces() throws IOException {
    Files.writeString(path("precious"), "precious");
    assertRefused(
        boot("--kernel=@/kernel", "--save-on", "x", "@/precious"),
        "@/precious: not a saved machine, and nothing else is replaced");
    assertThat(path("precious")).hasContent("precious");

    save();
    FileTime old = FileTime.fromMillis(0);
    Files.setLastModifiedTime(path("state"), old);
    save();
    assertThat(Files.getLastModifiedTime(path("state"))).isNotEqualTo(old);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--drive=file=@/disk --restore=@/nothing | @/nothing: no such file; name one of --save-on",
        "--drive=file=@/disk --restore=@/disk    | @/disk: not a saved machine; name a file of --save-on",
        "--drive=file=@/disk --restore=@/state --memory=4M | @/state: was saved with --memory 2048K, and now it is 4096K",
        "--restore=@/state                       | the machine was saved with 1 drives, and now has 0",
        "--drive=file=@/disk,serial=a --restore=@/state | drive0 @/disk: was saved with serial=, and now has serial=a",
        "--drive=file=@/disk,readonly=on --restore=@/state | drive0 @/disk: was saved with readonly=off, and now has readonly=on",
        "--drive=file=@/disk,fault=read:EIO --restore=@/state | drive0 @/disk: was saved with fault=, and now has fault=read:EIO",
        "--restore=@/state --append=quiet | a saved machine has what it boots in it: leave out --kernel, --initrd, --append and --firmware; see 'virtio4j boot --help'",
        "--memory=3M | give --kernel=FILE or --firmware=FILE to boot, or --restore=FILE to go on; see 'virtio4j boot --help'",
        "--kernel=@/kernel --save-on x @/no/state | @/no/state: there is no such directory",
        "--kernel=@/kernel --drive=file=@/disk,fault=flush:lost --save-on x @/s | @/disk: a drive that loses flushes can't be saved; leave out that fault=",
        "--kernel=@/kernel --stats=@/s --save-on x @/s | @/s: the machine is to be saved there; --stats names another file",
        "--kernel=@/kernel --stats=@/state --save-on x @/./state | @/state: the machine is to be saved there; --stats names another file",
        "--kernel=@/kernel --save-on ( @/s | --save-on: '(' is no regular expression: Unclosed group; see 'virtio4j boot --help'"
      })
  @DisplayName("refuse what does not fit, in one line")
  void refusals(String args, String line) {
    save();
    assertRefused(boot(args.strip().split(" ")), line);
  }

  @Test
  @DisplayName("keep what the guest wrote under --snapshot, and need it then")
  void snapshot() throws IOException {
    byte[] untouched = Files.readAllBytes(path("disk"));
    // prints the status of the write, and the first byte of what it then reads
    TestKernel.write(
        path("kernel"), TestKernel.WRITE_SECTOR, TestKernel.READ_SECTOR, TestKernel.HALT);
    String[] drive = {"--memory=4M", "--drive=file=@/disk", "--snapshot"};
    assertThat(boot(drive, "--kernel=@/kernel", "--save-on", "0", "@/state")).isZero();
    assertThat(boot(drive, "--restore=@/state", "--expect=d")).isZero();
    assertThat(boot(drive, "--restore=@/state", "--expect=d")).isZero();
    assertThat(path("disk")).hasBinaryContent(untouched);

    assertRefused(
        boot("--restore=@/state", "--memory=4M", "--drive=file=@/disk"),
        "drive0 @/disk: was saved with --snapshot; restore it with --snapshot");
  }

  @Test
  @DisplayName("refuse an image that was written meanwhile, also to the same content")
  void changedImage() throws IOException {
    save();
    Files.setLastModifiedTime(path("disk"), FileTime.fromMillis(1000));
    int status = boot("--restore=@/state", "--drive=file=@/disk");
    assertThat(errors())
        .startsWith(
            "virtio4j: drive0 @/disk: the image was changed since the machine was saved: it had 4096 bytes, last written 2")
        .endsWith(", and has 4096 bytes, last written 1970-01-01T00:00:01Z\n");
    assertThat(status).isEqualTo(2);
  }

  @Test
  @DisplayName("refuse a file of another version, a damaged one and one that is cut short")
  void damaged() throws IOException {
    save();
    byte[] state = Files.readAllBytes(path("state"));
    byte[] newer = state.clone();
    newer[18] = 2;
    Files.write(path("state"), newer);
    assertRefused(
        boot("--restore=@/state", "--drive=file=@/disk"),
        "@/state: has version 2 of the format, and this program reads version 1");

    Random random = new Random(1);
    for (int trial = 0; trial < 100; trial++) {
      byte[] garbled = state.clone();
      int at = 19 + random.nextInt(state.length - 19);
      garbled[at] ^= (byte) (1 << random.nextInt(8));
      int length = trial % 2 == 0 ? state.length : 15 + random.nextInt(state.length - 15);
      Files.write(path("state"), Arrays.copyOf(garbled, length));
      assertRefused(
          boot("--restore=@/state", "--drive=file=@/disk"),
          "@/state: damaged or cut short: its checksum does not fit");
    }
  }
}
