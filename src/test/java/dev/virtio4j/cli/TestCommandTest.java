package dev.virtio4j.cli;

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
import org.junit.jupiter.api.io.TempDir;

@DisplayName("virtio4j test")
class TestCommandTest {
  @TempDir private Path directory;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void files() throws IOException {
    TestKernel.write(path("echo"), TestKernel.print("ready\n> "), TestKernel.ECHO, TestKernel.HALT);
    Files.write(path("disk"), new byte[8192]);
  }

  private Path path(String name) {
    return directory.resolve(name);
  }

  private void suite(String text) throws IOException {
    Files.writeString(
        path("suite.yaml"), "defaults: {kernel: echo, memory: 2M, timeout: 1s}\ncases:\n" + text);
  }

  private int test(String... args) {
    err.reset();
    String[] all =
        Stream.concat(Stream.of("test", "@/suite.yaml"), Arrays.stream(args))
            .map(arg -> arg.replace("@", directory.toString()))
            .toArray(String[]::new);
    PrintStream errors = new PrintStream(err, true, UTF_8);
    return Main.run(
        new Console(InputStream.nullInputStream(), java.io.OutputStream.nullOutputStream(), errors),
        all);
  }

  private String errors() {
    return err.toString(UTF_8).replace(directory.toString(), "@");
  }

  @Test
  @DisplayName("is 0 when a guest does all that is expected of it")
  void passes() throws IOException {
    suite(
        """
          echoes:
            steps:
              - expect: "> $"
              - send: "hello"
              - expect: hello
              - send: "q"
            check:
              - exit: powered_off
        """);
    assertThat(test()).as(errors()).isZero();
  }
}
