package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.report.CaseResult;
import dev.virtio4j.report.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The progress of a suite")
class SuiteProgressTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private static CaseResult result(String id, Outcome outcome, String message, String tail) {
    return new CaseResult(
        id,
        Map.of(),
        outcome,
        message,
        Instant.EPOCH,
        Duration.ofMillis(1260),
        7,
        Duration.ofSeconds(1),
        "timeout",
        null,
        false,
        tail,
        List.of(),
        List.of(),
        List.of());
  }

  private String shown(int columns) {
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    try (SuiteProgress progress =
        new SuiteProgress(stream, columns == 0 ? null : () -> columns, 3)) {
      progress.making("boots@shell");
      progress.started("reads[if=virtio]");
      progress.started("writes");
      progress.finished(result("reads[if=virtio]", Outcome.PASSED, null, "# "), Path.of("r/reads"));
      progress.finished(
          result(
              "writes",
              Outcome.FAILED,
              "expected \"# $\", and 60 s were over",
              "Booting\nKernel \u001b[31mpanic\u001b[0m"),
          Path.of("r/writes"));
      progress.finished(
          CaseResult.notRun("cd", Map.of(), Outcome.SKIPPED, "not today", Instant.EPOCH), null);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  @DisplayName("is a line for each case when it is piped, and more for one that failed")
  void piped() {
    assertThat(shown(0))
        .isEqualTo(
            """
            virtio4j: making checkpoint boots@shell
            virtio4j: 1/3 reads[if=virtio]: passed after 1.3 s
            virtio4j: 2/3 writes: failed after 1.3 s: expected "# $", and 60 s were over
                | Booting
                | Kernel panic
                files: r/writes
            virtio4j: 3/3 cd: skipped: not today
            virtio4j: 1 passed, 1 failed, 1 skipped
            """);
  }

  @Test
  @DisplayName("ends its line when it is closed early, and says nothing after that")
  void closedEarly() {
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    SuiteProgress progress = new SuiteProgress(stream, () -> 40, 3);
    progress.started("reads[if=virtio]");
    progress.close();
    progress.finished(result("reads[if=virtio]", Outcome.FAILED, "too late", ""), null);
    progress.close();
    List<String> rows = rows();
    assertThat(rows).last().isEqualTo("virtio4j: 0 passed, 0 failed");
    assertThat(rows).allMatch(row -> row.length() <= 37);
  }

  /** What stood in the last row of the terminal, each time that it was overwritten or left. */
  private List<String> rows() {
    return Arrays.stream(out.toString(StandardCharsets.UTF_8).split("[\r\n]+"))
        .map(row -> row.replace("\u001b[K", "").stripTrailing())
        .toList();
  }

  @Test
  @DisplayName("is a bar on a terminal, within 80 columns, and lines for cases that failed")
  void terminal() {
    assertThat(shown(80)).endsWith("virtio4j: 1 passed, 1 failed, 1 skipped\n");
    assertThat(rows())
        .allMatch(row -> row.length() <= 77)
        .doesNotContain("virtio4j: 1/3 reads[if=virtio]: passed after 1.3 s")
        .contains("    | Kernel panic", "    files: r/writes");
  }

  @Test
  @DisplayName("has in its line how far it is, the time left, the case at hand, as far as it fits")
  void line() {
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    try (SuiteProgress progress = new SuiteProgress(stream, () -> 80, 2)) {
      progress.making("boots@shell");
      assertThat(progress.line(77))
          .isEqualTo("%-77s", "[                ] 0/2, ? left, 0 passed, 0 failed, boots@shell");
      progress.started("reads-all[if=virtio]");
      progress.started("writes");
      assertThat(progress.line(70))
          .isEqualTo("[                ] 0/2, ? left, 0 passed, 0 failed, ...l[if=virtio] +1");
      assertThat(progress.line(37)).isEqualTo("0/2, ? left, 0 failed, ...=virtio] +1");
      assertThat(progress.line(10)).isEqualTo("0/2, ? lef");
      progress.finished(result("writes", Outcome.FAILED, "no", ""), null);
      assertThat(progress.line(77))
          .matches("\\[========        ] 1/2, .+ left, 0 passed, 1 failed, reads-al.*");
    }
  }
}
