package dev.virtio4j.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Reports as tests need them. */
final class Reports {
  static final Instant START = Instant.parse("2026-03-01T10:15:30.123456789Z");

  /** What a guest may send to do harm to those who read the report. */
  static final String HOSTILE =
      "</script><script>document.title='owned'</script>\n"
          + "<img src=x onerror=\"document.title='owned'\"> ]]> &amp; '\"`{{message}}\n"
          + "\u001b[31;1mred\u001b[0m \u001b]0;owned\u0007 \u0000\u0007\u007f \u001b[2J done\r\n";

  private Reports() {}

  static SuiteInfo suite(String... ids) {
    return new SuiteInfo("nightly", "virtio4j 0.1.0", START, null, List.of(ids), List.of(ids));
  }

  static CaseResult passed(String id) {
    return of(id, Map.of(), Outcome.PASSED, null);
  }

  static CaseResult failed(String id) {
    return of(id, Map.of(), Outcome.FAILED, "expected \"# $\", and 60 s were over");
  }

  static CaseResult of(String id, Map<String, String> axes, Outcome outcome, String message) {
    boolean passed = outcome == Outcome.PASSED;
    return new CaseResult(
        id,
        axes,
        outcome,
        message,
        START,
        Duration.ofMillis(1234),
        5_678_901_234L,
        Duration.ofNanos(12_345_678_901L),
        passed ? "powered_off" : "timeout",
        "boots@shell",
        true,
        "Booting\nKernel \u001b[31mpanic\u001b[0m - not syncing",
        List.of(
            new StepResult("send \"uname\\n\"", millis(0), millis(1), Outcome.PASSED),
            new StepResult("expect \"# $\"", millis(1), millis(12_000), outcome)),
        List.of(
            new CheckResult("drive 0: read_requests", "at least 1", passed ? "7" : "0", passed)),
        List.of(
            new Sample(millis(0), 0, 0, 0),
            new Sample(millis(5_000), 70, 1 << 20, 4096),
            new Sample(millis(12_000), 90, 3 << 20, 4096)));
  }

  static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }

  /** Writes a serial log, one line each half second. */
  static void log(ReportFolder report, String id, String text) {
    try (SerialLog log = new SerialLog(report.caseFolder(id))) {
      long nanos = 1_000_000;
      for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
        log.add(nanos, value);
        nanos += value == '\n' ? 500_000_000 : 100_000;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder of a run that ended well or not. */
  static Path write(Path folder, SuiteInfo info, CaseResult... cases) throws IOException {
    try (ReportFolder report = ReportFolder.create(folder, info)) {
      for (CaseResult result : cases) {
        log(report, result.id(), "Hello from " + result.id() + "\r\n# ");
        report.add(result);
      }
    }
    return folder;
  }
}
