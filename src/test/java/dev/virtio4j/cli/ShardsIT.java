package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.report.CaseResult;
import dev.virtio4j.report.ResultsFile;
import dev.virtio4j.testing.JavaProgram;
import dev.virtio4j.testing.TestKernel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Four shards, each a process")
class ShardsIT {
  @TempDir Path directory;

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private void writeSuite() throws IOException {
    TestKernel.write(
        directory.resolve("echo"), TestKernel.print("ready\n> "), TestKernel.ECHO, TestKernel.HALT);
    Files.writeString(
        directory.resolve("suite.yaml"),
        """
        name: shards
        defaults: {kernel: echo, memory: 2M, timeout: 1s}
        cases:
          boots:
            steps:
              - expect: "> $"
              - checkpoint: prompt
              - send: "q"
          echoes:
            from: boots@prompt
            matrix:
              word: [one, two, three, four, five, six, seven, eight]
            steps:
              - send: "${word}"
              - expect: "${word}"
              - send: "q"
        """);
  }

  private Process start(int index) throws IOException {
    ProcessBuilder shard =
        JavaProgram.of(
            List.of(),
            Main.class,
            "test",
            directory.resolve("suite.yaml").toString(),
            "--shard=auto",
            "--report=" + report(index));
    shard.environment().put("JOB_COMPLETION_INDEX", String.valueOf(index));
    shard.environment().put("VIRTIO4J_SHARD_TOTAL", "4");
    shard.environment().put("VIRTIO4J_CACHE", directory.resolve("cache").toString());
    return shard.redirectErrorStream(true).redirectOutput(log(index).toFile()).start();
  }

  private Path report(int index) {
    return directory.resolve("shard-" + index);
  }

  private Path log(int index) {
    return directory.resolve("log-" + index);
  }

  private int merge(int... shards) {
    List<String> args = new ArrayList<>(List.of("report", "merge"));
    for (int shard : shards) {
      args.add(report(shard).toString());
    }
    args.add("--report=" + directory.resolve("all"));
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    Console console =
        new Console(InputStream.nullInputStream(), new ByteArrayOutputStream(), errors);
    return Main.run(console, args.toArray(String[]::new));
  }

  @Test
  @DisplayName("run each case once between them, and their reports are joined")
  void together() throws IOException, InterruptedException {
    writeSuite();
    List<Process> shards = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      shards.add(start(i));
    }
    for (int i = 0; i < 4; i++) {
      assertThat(shards.get(i).waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(shards.get(i).exitValue()).as(Files.readString(log(i))).isZero();
      assertThat(new ResultsFile(report(i)).read().cases()).hasSizeBetween(1, 3);
    }

    assertThat(merge(0, 1, 3)).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("shard 3/4 is missing");
    assertThat(merge(3, 1, 2, 0)).isZero();
    assertThat(new ResultsFile(directory.resolve("all")).read().cases())
        .extracting(CaseResult::id)
        .hasSize(9)
        .doesNotHaveDuplicates()
        .contains("boots", "echoes[word=eight]");
  }
}
