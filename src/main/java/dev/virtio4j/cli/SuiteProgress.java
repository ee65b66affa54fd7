package dev.virtio4j.cli;

import dev.virtio4j.report.CaseResult;
import dev.virtio4j.report.Totals;
import dev.virtio4j.report.Visible;
import java.io.Closeable;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * Shows how far a run of a suite is. On a terminal that is a bar, with the time left and the case
 * at hand, and lines for the cases that failed; elsewhere a line for each case. Thread-safe.
 */
final class SuiteProgress implements Closeable {
  /** ECMA-48: erases the line, whatever stands in it. */
  private static final String ERASE = "\r\u001b[K";

  private static final String ELLIPSIS = "...";
  private static final long RESIZE_NANOS = 2_000_000_000L;
  private static final int UPDATE_MILLIS = 500;
  private static final int USUAL_COLUMNS = 80;

  /** For what the terminal shows when Ctrl-C is typed, and as the last column begins a new line. */
  private static final int MARGIN = 3;

  private static final int BAR = 16;

  /** Narrower terminals show no bar, but numbers. */
  private static final int WIDE = 60;

  private final PrintStream out;
  private final IntSupplier columns;
  private final int cases;
  private final ProgressBar bar;
  private final Set<String> atHand = new LinkedHashSet<>();
  private final long start = System.nanoTime();
  private Totals totals = Totals.NONE;
  private String making = "";
  private Duration total;
  private boolean closed;

  /**
   * Begins to show progress.
   *
   * @param out where
   * @param columns how wide that terminal is, or 0 where nobody can tell; null if it is none
   * @param cases how many there are to run
   */
  SuiteProgress(PrintStream out, IntSupplier columns, int cases) {
    this.out = out;
    this.columns = columns;
    this.cases = cases;
    bar =
        columns == null
            ? null
            : new ProgressBarBuilder()
                .setInitialMax(cases)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .continuousUpdate()
                .setRenderer((state, room) -> line(room))
                .setConsumer(new LastLine())
                .build();
  }

  /**
   * A case is run for a checkpoint that others begin with.
   *
   * @param checkpoint {@code CASE@CHECKPOINT}
   */
  synchronized void making(String checkpoint) {
    if (bar == null) {
      print("virtio4j: making checkpoint " + checkpoint + "\n");
    }
    making = checkpoint;
  }

  /**
   * A case begins.
   *
   * @param id its id
   */
  synchronized void started(String id) {
    atHand.add(id);
    making = "";
  }

  /**
   * A case has ended.
   *
   * @param result what became of it
   * @param files the folder with its files; null if they are not kept
   */
  synchronized void finished(CaseResult result, Path files) {
    if (closed) {
      return;
    }
    atHand.remove(result.id());
    totals = totals.plus(result.outcome());
    if (bar == null || result.outcome().isFailure()) {
      print(lines(result, files));
    }
    total = elapsed().multipliedBy(cases).dividedBy(totals.all());
    if (bar != null) {
      bar.stepTo(totals.all());
    }
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /**
   * The line of the bar, with as much of the case at hand as there is room for.
   *
   * @param room in columns
   * @return so many; nothing when this is closed
   */
  synchronized String line(int room) {
    if (closed) {
      return "";
    }
    int done = totals.all();
    Duration time = total == null ? Duration.ZERO : total.minus(elapsed());
    String left = time.isNegative() || time.isZero() ? "?" : text(time);
    String line =
        room < WIDE
            ? "%d/%d, %s left, %d failed"
                .formatted(done, cases, left, totals.failed() + totals.errors())
            : "[%s] %d/%d, %s left, %s".formatted(bar(done), done, cases, left, totals);
    int rest = room - line.length() - 2;
    String test = atHand();
    if (!test.isEmpty() && rest > ELLIPSIS.length()) {
      line += ", " + end(test, rest);
    }
    return line.length() > room ? line.substring(0, room) : line + " ".repeat(room - line.length());
  }

  /** As much of the end as there is room for: there the cases of a matrix differ. */
  private static String end(String text, int room) {
    return text.length() <= room
        ? text
        : ELLIPSIS + text.substring(text.length() - room + ELLIPSIS.length());
  }

  private String bar(int done) {
    int full = cases == 0 ? BAR : BAR * done / cases;
    return "=".repeat(full) + " ".repeat(BAR - full);
  }

  /** The case that has run longest, as there is room for one. */
  private String atHand() {
    if (atHand.isEmpty()) {
      return making;
    }
    String first = atHand.iterator().next();
    return atHand.size() < 2 ? first : first + " +" + (atHand.size() - 1);
  }

  private static String text(Duration time) {
    return time.toHours() > 0
        ? String.format(
            Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
  }

  private String lines(CaseResult result, Path files) {
    StringBuilder lines = new StringBuilder();
    lines.append(
        String.format(
            Locale.ROOT,
            "virtio4j: %d/%d %s: %s",
            totals.all(),
            cases,
            result.id(),
            result.outcome().name().toLowerCase(Locale.ROOT)));
    if (!result.wall().isZero()) {
      lines.append(String.format(Locale.ROOT, " after %.1f s", result.wall().toNanos() / 1e9));
    }
    if (result.message() != null) {
      lines.append(": ").append(Visible.text(result.message()));
    }
    lines.append('\n');
    if (result.outcome().isFailure()) {
      result
          .tail()
          .lines()
          .forEach(line -> lines.append("    | ").append(Visible.line(line)).append('\n'));
      if (files != null) {
        lines.append("    files: ").append(files).append('\n');
      }
    }
    return lines.toString();
  }

  private void print(String lines) {
    synchronized (out) {
      out.print(bar == null ? lines : ERASE + lines);
      out.flush();
    }
  }

  /** Ends the bar, and says how the cases ended; once. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    if (bar != null) {
      bar.close();
      out.print(ERASE);
    }
    out.println("virtio4j: " + totals);
  }

  /** The bar's line, which lines of ours come before. */
  private final class LastLine implements ProgressBarConsumer {
    private int room = USUAL_COLUMNS - MARGIN;
    private long asked = System.nanoTime() - RESIZE_NANOS;

    /** Asked again now and then, as a user may make the terminal narrower. */
    @Override
    public int getMaxRenderedLength() {
      if (System.nanoTime() - asked >= RESIZE_NANOS) {
        asked = System.nanoTime();
        int now = columns.getAsInt();
        room = now == 0 ? room : Math.max(0, now - MARGIN);
      }
      return room;
    }

    @Override
    public void accept(String line) {
      synchronized (out) {
        out.print("\r" + line);
        out.flush();
      }
    }

    @Override
    public void close() {
      // the program goes on in the same line
    }
  }
}
