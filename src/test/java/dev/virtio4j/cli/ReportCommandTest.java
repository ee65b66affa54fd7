package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.report.CaseResult;
import dev.virtio4j.report.Outcome;
import dev.virtio4j.report.ReportFolder;
import dev.virtio4j.report.ResultsFile;
import dev.virtio4j.report.SerialLog;
import dev.virtio4j.report.Shard;
import dev.virtio4j.report.SuiteInfo;
import dev.virtio4j.report.SuiteResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("virtio4j report merge")
class ReportCommandTest {
  private static final List<String> CASES = List.of("a", "b[if=scsi]", "c", "d");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir Path temp;

  private int merge(Path... folders) {
    List<String> args = new ArrayList<>(List.of("report", "merge"));
    for (Path folder : folders) {
      args.add(folder.toString());
    }
    args.addAll(List.of("--report", temp.resolve("all").toString()));
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    return Main.run(
        new Console(InputStream.nullInputStream(), out, errors), args.toArray(String[]::new));
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private static CaseResult result(String id, Outcome outcome) {
    return new CaseResult(
        id,
        Map.of(),
        outcome,
        outcome == Outcome.PASSED ? null : "an image has changed",
        Instant.EPOCH,
        Duration.ofSeconds(1),
        7,
        Duration.ofSeconds(1),
        "powered_off",
        null,
        false,
        "",
        List.of(),
        List.of(),
        List.of());
  }

  private Path report(String name, Shard shard, List<String> cases, CaseResult... results)
      throws IOException {
    Path folder = temp.resolve(name);
    List<String> planned = List.of(results).stream().map(CaseResult::id).toList();
    SuiteInfo info =
        new SuiteInfo(
            "nightly", "virtio4j 1", Instant.EPOCH, shard, cases, shard == null ? cases : planned);
    try (ReportFolder report = ReportFolder.create(folder, info)) {
      for (CaseResult result : results) {
        try (SerialLog log = new SerialLog(report.caseFolder(result.id()))) {
          log.add(1, 'x');
        }
        report.add(result);
      }
    }
    return folder;
  }

  private Path shard(int index, int total, String... ids) throws IOException {
    CaseResult[] results =
        List.of(ids).stream().map(id -> result(id, Outcome.PASSED)).toArray(CaseResult[]::new);
    return report("shard-" + index, new Shard(index, total), CASES, results);
  }

  @Test
  @DisplayName("joins shards in any order: results, XML, page and the files of the cases")
  void joins() throws IOException {
    Path second = shard(2, 3, "d", "b[if=scsi]");
    Path first = shard(1, 3, "a", "c");
    Path third = shard(3, 3);

    assertThat(merge(second, third, first)).isZero();

    Path all = temp.resolve("all");
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(all.resolve("index.html") + ": 4 passed, 0 failed\n");
    SuiteResult joined = new ResultsFile(all).read();
    assertThat(joined.info().shard()).isNull();
    assertThat(joined.info().planned()).isEqualTo(CASES);
    assertThat(joined.cases())
        .extracting(CaseResult::id)
        .containsExactlyInAnyOrderElementsOf(CASES);
    assertThat(all.resolve("cases/b_if=scsi/serial.log")).hasContent("x");
    assertThat(all.resolve("TEST-nightly.xml")).content().contains("tests=\"4\"");
    assertThat(all.resolve("index.html")).exists();
    assertThat(err.size()).isZero();
  }

  @Test
  @DisplayName("ends with 1 when a case failed")
  void failed() throws IOException {
    Path first = shard(1, 2, "a", "b[if=scsi]");
    Path second =
        report(
            "second",
            new Shard(2, 2),
            CASES,
            result("c", Outcome.FAILED),
            result("d", Outcome.PASSED));

    assertThat(merge(first, second)).isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("3 passed, 1 failed");
  }

  @Test
  @DisplayName("names a shard that is missing, or there twice")
  void missing() throws IOException {
    Path first = shard(1, 3, "a", "b[if=scsi]");
    Path third = shard(3, 3, "c", "d");

    assertThat(merge(first, third)).isEqualTo(2);
    assertThat(errors()).isEqualTo("virtio4j: shard 2/3 is missing: name its report folder, too\n");
    assertThat(temp.resolve("all")).doesNotExist();

    err.reset();
    assertThat(merge(first, third, first)).isEqualTo(2);
    assertThat(errors())
        .isEqualTo("virtio4j: %s and %s: both are shard 1/3\n".formatted(first, first));

    err.reset();
    assertThat(merge(first)).isEqualTo(2);
    assertThat(errors()).contains("shard 2/3 is missing");
  }

  @Test
  @DisplayName("refuses shards of different suites or numbers, and a whole suite among them")
  void different() throws IOException {
    Path first = shard(1, 2, "a", "b[if=scsi]");
    Path other = report("other", new Shard(2, 2), List.of("c"), result("c", Outcome.PASSED));
    Path whole = report("whole", null, List.of("c"), result("c", Outcome.PASSED));

    assertThat(merge(first, other)).isEqualTo(2);
    assertThat(errors())
        .endsWith("%s: of different suites, or of different cases of one\n".formatted(other));

    err.reset();
    assertThat(merge(first, shard(3, 3, "c"))).isEqualTo(2);
    assertThat(errors()).endsWith("shards 1/2 and 3/3\n");

    err.reset();
    assertThat(merge(first, whole)).isEqualTo(2);
    assertThat(errors()).endsWith(whole + ": the report of a whole suite, not of a shard\n");
  }

  @Test
  @DisplayName("refuses shards that were dealt by different reports")
  void dealtDifferently() throws IOException {
    Path first = shard(1, 2, "a", "c");

    assertThat(merge(first, shard(2, 2, "c", "d"))).isEqualTo(2);
    assertThat(errors()).endsWith("both have case c; give all shards the same --durations\n");

    err.reset();
    assertThat(merge(first, shard(2, 2, "d"))).isEqualTo(2);
    assertThat(errors())
        .isEqualTo(
            "virtio4j: no shard has case b[if=scsi]; give all shards the same --durations\n");
  }

  @Test
  @DisplayName("takes the report of a run that was killed, and shows what it did not come to")
  void killed() throws IOException {
    Path killed = temp.resolve("killed");
    List<String> ids = List.of("a", "b");
    SuiteInfo info = new SuiteInfo("nightly", "virtio4j 1", Instant.EPOCH, null, ids, ids);
    ReportFolder.create(killed, info).add(result("a", Outcome.PASSED)); // and never closed

    assertThat(merge(killed)).isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("1 passed, 0 failed, 1 error");
    assertThat(temp.resolve("all/index.html")).content().contains("the run ended before this case");
  }

  @Test
  @DisplayName("refuses what is no report, and to write into one of its own")
  void noReport() throws IOException {
    assertThat(merge(temp)).isEqualTo(2);
    assertThat(errors())
        .isEqualTo("virtio4j: %s: not a report folder: it has no results.json\n".formatted(temp));

    err.reset();
    Path own = report("all", null, List.of("a"), result("a", Outcome.PASSED));
    assertThat(merge(own)).isEqualTo(2);
    assertThat(errors()).endsWith("is one of the reports to merge; use another --report\n");
  }
}
