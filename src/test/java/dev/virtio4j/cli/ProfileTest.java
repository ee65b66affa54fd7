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
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("boot --profile")
class ProfileTest {
  @TempDir private Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void files() throws IOException {
    TestKernel.write(path("kernel"), TestKernel.spin(1000), TestKernel.PRINT_X, TestKernel.HALT);
    Files.write(path("disk"), new byte[4096]);
  }

  private Path path(String name) {
    return directory.resolve(name);
  }

  /** Runs a boot; {@code @} stands for the test's directory. */
  private int boot(String args) {
    out.reset();
    err.reset();
    String[] there =
        Stream.concat(Stream.of("boot", "--memory=4M"), Arrays.stream(args.split(" ")))
            .map(arg -> arg.replace("@", directory.toString()))
            .toArray(String[]::new);
    PrintStream errors = new PrintStream(err, true, UTF_8);
    return Main.run(new Console(InputStream.nullInputStream(), out, errors), there);
  }

  /** What the program said, without the test's directory. */
  private String errors() {
    return err.toString(UTF_8).replace(directory.toString(), "@");
  }

  private long instructions() {
    return Long.parseLong(errors().replaceAll("(?s).*?(\\d+) guest instructions.*", "$1"));
  }

  /** The sum of the collapsed stacks. */
  private long folded() throws IOException {
    return Files.readAllLines(path("profile.folded")).stream()
        .peek(
            line ->
                assertThat(line)
                    .matches(
                        "kernel;[0-9a-f]{4}xxxx;[0-9a-f]{5}xxx;[0-9a-f]{6}xx;(translated|interpreted) \\d+"))
        .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  @DisplayName("says where the guest's instructions went, for people and for flame graphs")
  void report() throws IOException {
    assertThat(boot("--kernel=@/kernel --cpu=interpreter --profile=@/profile")).isZero();
    assertThat(out.toString(US_ASCII)).isEqualTo("x");
    assertThat(path("profile"))
        .hasContent(
            """
            All is counted, nothing sampled. Times are emulated: how long the guest took, not the host.

            instructions            2006
              translated               0   0.0 %
              interpreted           2006 100.0 %
            nanoseconds             2006
              halted                   0   0.0 %

            mode            instructions   share translated
            kernel                  2006 100.0 %      0.0 %

            page            instructions   share translated
            kernel 00100xxx         2006 100.0 %      0.0 %

            port      reads     writes device
            03f8          0          1 16550A

            vector      count
            """);
    assertThat(path("profile.folded"))
        .hasContent("kernel;0010xxxx;00100xxx;001000xx;interpreted 2006\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"interpreter", "translator"})
  @DisplayName("changes nothing for the guest, and has all of its instructions")
  void exact(String cpu) throws IOException {
    TestKernel.write(
        path("kernel"),
        TestKernel.WRITE_SECTOR,
        TestKernel.spin(100_000),
        TestKernel.READ_SECTOR,
        TestKernel.HALT);
    String args = "--kernel=@/kernel --drive=file=@/disk --cpu=" + cpu;
    boot(args);
    String serial = out.toString(US_ASCII);
    long instructions = instructions();
    byte[] disk = Files.readAllBytes(path("disk"));
    Files.write(path("disk"), new byte[4096]);

    boot(args + " --profile=@/profile");
    assertThat(out.toString(US_ASCII)).isEqualTo(serial).isEqualTo("0d");
    assertThat(instructions()).isEqualTo(instructions);
    assertThat(path("disk")).hasBinaryContent(disk);
    assertThat(folded()).isEqualTo(instructions);
    assertThat(path("profile")).content().contains(" PCI device 2, 1af4:1001, register 10h\n");
  }

  @Test
  @DisplayName("covers all boots of a guest that resets the machine")
  void restarts() throws IOException {
    TestKernel.write(path("kernel"), TestKernel.PRINT_X, TestKernel.RESET, TestKernel.LOOP);
    assertThat(boot("--kernel=@/kernel --profile=@/profile --expect=xxx")).isZero();
    assertThat(folded()).isEqualTo(instructions());
    assertThat(path("profile")).content().contains("\n03f8          0          3 16550A\n");
  }

  @Test
  @DisplayName("covers what a restored machine runs from there on")
  void restored() throws IOException {
    TestKernel.write(
        path("kernel"),
        TestKernel.PRINT_X,
        TestKernel.spin(500),
        TestKernel.PRINT_X,
        TestKernel.HALT);
    assertThat(boot("--kernel=@/kernel --save-on x @/state --profile=@/profile")).isZero();
    assertThat(folded()).isEqualTo(instructions()).isEqualTo(3);

    assertThat(boot("--restore=@/state --profile=@/profile")).isZero();
    assertThat(folded()).isEqualTo(instructions()).isEqualTo(1 + 1000 + 3 + 2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--profile=@/missing/p               | no such file: @/missing/p",
        "--profile=@/kernel                  | @/kernel: the machine needs this file; --profile names another file",
        "--profile=@/image                   | @/image.folded: the machine needs this file; --profile names another file",
        "--profile=@/p --stats=@/p           | @/p: the file of --stats; --profile names another file",
        "--profile=@/p --stats=@/p.folded    | @/p.folded: the file of --stats; --profile names another file",
        "--profile=@/p --save-on x @/./p     | @/p: the machine is to be saved there; --profile names another file",
        "--profile=@/p --host=jpc --jpc=@/j  | --profile goes with --host=reference; see 'virtio4j boot --help'",
      })
  @DisplayName("refuses, before the guest runs, files that can't be written, in one line")
  void refused(String args, String line) throws IOException {
    Files.write(path("image.folded"), new byte[4096]);
    int status = boot("--kernel=@/kernel --drive=file=@/image.folded " + args);
    assertThat(errors()).isEqualTo("virtio4j: " + line + "\n");
    assertThat(status).isEqualTo(2);
    assertThat(out.toString(US_ASCII)).isEmpty();
    assertThat(directory.toFile().list())
        .containsExactlyInAnyOrder("kernel", "disk", "image.folded");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @DisplayName("is written also where another file can't be, which is said in one line")
  void full() throws IOException {
    int status = boot("--kernel=@/kernel --stats=/dev/full --profile=@/profile");
    assertThat(errors())
        .endsWith("virtio4j: --stats can't write /dev/full: No space left on device\n");
    assertThat(status).isEqualTo(2);
    assertThat(folded()).isEqualTo(instructions());
  }
}
