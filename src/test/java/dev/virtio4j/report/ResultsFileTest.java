package dev.virtio4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("results.json")
class ResultsFileTest {
  @TempDir Path folder;

  @Test
  @DisplayName("reads back into what was written")
  void roundTrip() throws IOException {
    SuiteInfo info =
        new SuiteInfo(
            "nightly", "0.1", Reports.START, new Shard(2, 3), List.of("a", "b", "c"), List.of("b"));
    CaseResult result =
        Reports.of("b", Map.of("if", "scsi"), Outcome.FAILED, "a \"message\"\u0001\u20ac");
    Reports.write(folder, info, result);

    SuiteResult read = new ResultsFile(folder).read();

    assertThat(read.info()).isEqualTo(info);
    assertThat(read.cases()).containsExactly(result);
    assertThat(read.wall()).isPositive();
  }

  @Test
  @DisplayName("keeps the order of the axes")
  void axes() throws IOException {
    Map<String, String> axes = new LinkedHashMap<>();
    List.of("spec", "if", "cache", "a", "z").forEach(axis -> axes.put(axis, axis));
    Reports.write(folder, Reports.suite("a"), Reports.of("a", axes, Outcome.PASSED, null));

    assertThat(new ResultsFile(folder).read().cases().get(0).axes().keySet())
        .containsExactly("spec", "if", "cache", "a", "z");
  }

  @Test
  @DisplayName("is whole after each case, as a run may be killed")
  void afterEachCase() throws IOException {
    ResultsFile file = new ResultsFile(folder);
    try (ReportFolder report = ReportFolder.create(folder, Reports.suite("a", "b"))) {
      assertThat(file.read().cases()).isEmpty();
      report.add(Reports.passed("a"));
      assertThat(file.read().cases()).containsExactly(Reports.passed("a"));
      report.add(Reports.failed("b"));
      assertThat(file.read().cases()).containsExactly(Reports.passed("a"), Reports.failed("b"));
    }
  }

  @Test
  @DisplayName("names the folder of a case's files")
  void files() throws IOException {
    Reports.write(folder, Reports.suite("reads[if=scsi]"), Reports.passed("reads[if=scsi]"));

    assertThat(folder.resolve(ResultsFile.NAME))
        .content()
        .contains("\"files\":\"cases/reads_if=scsi\"");
    assertThat(folder.resolve("cases/reads_if=scsi/serial.log"))
        .hasContent("Hello from reads[if=scsi]\r\n# ");
  }

  @Test
  @DisplayName("has the time that a case took, for those that ended by themselves")
  void durations() throws IOException {
    Reports.write(
        folder,
        Reports.suite("a", "b", "c"),
        Reports.passed("a"),
        Reports.failed("b"),
        CaseResult.notRun("c", Map.of(), Outcome.SKIPPED, "not today", Reports.START));

    assertThat(new ResultsFile(folder).durations())
        .isEqualTo(Map.of("a", Duration.ofMillis(1234), "b", Duration.ofMillis(1234)));
  }

  @Test
  @DisplayName("of another kind, cut short or missing is refused in one line")
  void damaged() throws IOException {
    assertThatThrownBy(() -> new ResultsFile(folder).read())
        .isInstanceOf(IOException.class)
        .hasMessage(folder + ": not a report folder: it has no results.json");

    Reports.write(folder, Reports.suite("a"), Reports.passed("a"));
    Path file = folder.resolve(ResultsFile.NAME);
    String text = Files.readString(file);
    for (String bad :
        List.of(
            "",
            "[]",
            "{}",
            text.substring(0, text.length() / 2),
            text.replace("\"passed\"", "\"well\""),
            text.replace("wall_ns", "walls"),
            text.replace("2026-", "last year"))) {
      Files.writeString(file, bad);
      assertThatThrownBy(() -> new ResultsFile(folder).read())
          .as(bad)
          .isInstanceOf(IOException.class)
          .hasMessage(file + ": not the results of a suite, or damaged");
    }
  }
}
