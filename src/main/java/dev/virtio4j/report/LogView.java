package dev.virtio4j.report;

import java.time.Duration;
import java.util.function.Consumer;

/** A serial log as {@code case.html} shows it: its lines, and between them where steps began. */
final class LogView {
  /** How much of a log is in the page, in bytes and lines; the middle of a longer one is not. */
  private static final int MAX_HEAD = 64 << 10;

  private static final int MAX_HEAD_LINES = 1000;
  private static final int MAX_TAIL = 128 << 10;
  private static final int MAX_TAIL_LINES = 2000;

  /** A pause is worth a word when it is this part of the whole time. */
  private static final double PAUSE = 0.08;

  /**
   * A row of the log.
   *
   * @param line whether this is a line of the guest
   * @param note whether this is ours
   * @param part of the whole time that had passed: 0 to 1
   * @param time emulated seconds
   * @param text what stands there
   * @param outcome of the case, if that is what it says; else empty
   */
  record Row(boolean line, boolean note, String part, String time, String text, String outcome) {}

  private final CaseResult result;
  private final long lines;
  private final Consumer<Row> rows;
  private final double total;
  private long number;
  private int steps;
  private long last;
  private long leftOut;

  /**
   * Begins with the first line.
   *
   * @param result the case
   * @param lines how many lines its log has
   * @param rows takes what is shown
   */
  LogView(CaseResult result, long lines, Consumer<Row> rows) {
    this.result = result;
    this.lines = lines;
    this.rows = rows;
    total = Math.max(1, Timeline.total(result));
  }

  /** Adds the next line. */
  void add(SerialReader.Line line) {
    if (!isShown(line, number++)) {
      leftOut++;
      return;
    }
    if (leftOut > 0) {
      note(
          "%s lines of the log are left out here; all of it is in the file %s"
              .formatted(Figures.count(leftOut), SerialLog.LOG));
      leftOut = 0;
    }
    stepsUntil(line.nanos());
    long pause = line.nanos() - last;
    if (pause >= PAUSE * total) {
      note(Figures.time(Duration.ofNanos(pause)) + " later");
    }
    last = line.nanos();
    rows.accept(
        new Row(
            true,
            false,
            Figures.format("%.3f", Math.min(1, line.nanos() / total)),
            Figures.format("%.6f", line.nanos() / 1e9),
            line.text(),
            ""));
  }

  private boolean isShown(SerialReader.Line line, long before) {
    return (line.start() < MAX_HEAD && before < MAX_HEAD_LINES)
        || (line.start() >= line.size() - MAX_TAIL && before >= lines - MAX_TAIL_LINES);
  }

  /** Adds what comes after the last line. */
  void end() {
    stepsUntil(Long.MAX_VALUE);
    if (result.outcome().isFailure() && result.message() != null) {
      String text = Visible.text(result.message());
      rows.accept(new Row(false, true, "", "", text, PageView.name(result.outcome())));
    }
  }

  private void stepsUntil(long nanos) {
    while (steps < result.steps().size() && result.steps().get(steps).start().toNanos() <= nanos) {
      note("step %d: %s".formatted(steps + 1, Visible.text(result.steps().get(steps).text())));
      steps++;
    }
  }

  private void note(String text) {
    rows.accept(new Row(false, true, "", "", text, ""));
  }
}
