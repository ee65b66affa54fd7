package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.report.ResultsFile;
import dev.virtio4j.testing.JavaProgram;
import dev.virtio4j.testing.TestKernel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process of its own gets the signal of Ctrl-C's kind while its second case runs. */
@DisplayName("virtio4j test, ended by a signal")
@Timeout(120)
class KilledSuiteTest {
  @TempDir private Path directory;

  @Test
  @DisplayName("keeps the report of what was finished, and leaves no temporary files")
  void killed() throws Exception {
    kill("--report=" + directory.resolve("report"), "; the report has what was finished");
    assertThat(directory.resolve("report/index.html")).exists();
    assertThat(new ResultsFile(directory.resolve("report")).read().cases())
        .extracting(result -> result.id() + " " + result.outcome())
        .containsExactly("short PASSED", "endless ERROR");
  }

  @Test
  @DisplayName("leaves nothing when no report was wished for")
  void withoutReport() throws Exception {
    kill("--jobs=2", "");
  }

  /** Starts a suite, ends it by a signal, and looks at what it says and leaves. */
  private void kill(String option, String more) throws Exception {
    TestKernel.write(directory.resolve("kernel"), TestKernel.print("> "), TestKernel.LOOP);
    Files.write(directory.resolve("disk"), new byte[8192]);
    Files.writeString(
        directory.resolve("s.yaml"),
        """
        defaults: {kernel: kernel, memory: 4M, drives: [file=disk], timeout: 10000h}
        cases:
          short: {steps: [expect: ">"]}
          endless: {steps: [expect: never]}
        """);
    Path temporary = Files.createDirectory(directory.resolve("tmp"));
    Process program =
        JavaProgram.of(
                List.of("-Djava.io.tmpdir=" + temporary),
                Main.class,
                "test",
                directory.resolve("s.yaml").toString(),
                option,
                "--cache=" + directory.resolve("cache"))
            .start();
    try (BufferedReader errors = program.errorReader()) {
      assertThat(errors.readLine()).startsWith("virtio4j: 1/2 short: passed");
      program.toHandle().destroy(); // the streams stay open
      assertThat(errors.readLine()).isEqualTo("virtio4j: 1 passed, 0 failed");
      assertThat(errors.readLine()).isEqualTo("virtio4j: ended by a signal" + more);
      assertThat(errors.readLine()).isNull();
      assertThat(program.waitFor(1, TimeUnit.MINUTES)).isTrue();
    } finally {
      program.destroyForcibly();
    }
    assertThat(files(temporary)).isEmpty();
  }

  /** What is left, but for what the JVM and JNA keep there. */
  private static List<String> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("virtio4j"))
          .toList();
    }
  }
}
