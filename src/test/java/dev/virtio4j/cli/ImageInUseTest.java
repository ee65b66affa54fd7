package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.testing.JavaProgram;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One virtio4j has a drive open, in a process of its own; another one is started beside it. */
@DisplayName("An image that another virtio4j uses")
class ImageInUseTest {
  @TempDir private Path directory;
  private Path image;

  @BeforeEach
  void image() throws IOException {
    image = Files.write(directory.resolve("disk"), new byte[1024]);
  }

  private String drive(String keys) {
    return "--drive=file=" + image + keys;
  }

  /** Runs a virtio4j that opens a drive and ends; returns its exit status and what it says. */
  private String use(String keys) {
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    Console console =
        new Console(
            new ByteArrayInputStream(new byte[0]),
            new ByteArrayOutputStream(),
            new PrintStream(errors, true, StandardCharsets.UTF_8));
    int status = Main.run(console, "qtest", drive(keys));
    return (status + " " + errors.toString(StandardCharsets.UTF_8)).replace(image.toString(), "@");
  }

  private Process start(String keys) throws IOException {
    Process program =
        JavaProgram.of(List.of(), Main.class, "qtest", drive(keys))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    program.outputWriter().append("endianness\n").flush();
    BufferedReader replies = program.inputReader();
    assertThat(replies.readLine()).isEqualTo("OK little"); // it runs, the drive is open
    return program;
  }

  /** Ends a program by the end of its input. */
  private static void end(Process program) throws Exception {
    program.outputWriter().close();
    assertThat(program.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(program.exitValue()).isZero();
  }

  @ParameterizedTest(name = "file=disk{0} there, file=disk{1} here")
  @DisplayName("is refused with 2 and one line, until the other one has ended")
  @CsvSource(
      delimiter = '|',
      value = {"''|''", "''|,readonly=on", ",readonly=on|''"})
  void refused(String there, String here) throws Exception {
    Process other = start(there);
    try {
      assertThat(use(here))
          .isEqualTo("2 virtio4j: @: in use by another program; end that one first\n");
      end(other);
      assertThat(use(here)).isEqualTo("0 ");
    } finally {
      other.destroyForcibly().waitFor();
    }
  }

  @Test
  @DisplayName("can be used by both if neither writes")
  void bothRead() throws Exception {
    Process other = start(",readonly=on");
    try {
      assertThat(use(",readonly=on")).isEqualTo("0 ");
      end(other);
    } finally {
      other.destroyForcibly().waitFor();
    }
  }

  @Test
  @DisplayName("is free again after the other one was killed")
  void killed() throws Exception {
    start("").destroyForcibly().waitFor();
    assertThat(use("")).isEqualTo("0 ");
  }
}
