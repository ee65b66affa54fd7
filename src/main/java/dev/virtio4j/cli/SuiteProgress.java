package dev.virtio4j.cli;

import dev.virtio4j.report.CaseResult;
import dev.virtio4j.report.Totals;
import dev.virtio4j.report.Visible;
import java.io.Closeable;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows how far a run of a suite is. On a terminal that is a bar, with the time left and the case
 * at hand, and lines for the cases that failed; elsewhere a line for each case. Thread-safe.
 */
final class SuiteProgress implements Closeable {
  private static final int LAST_LINE_SECONDS = 5;

  private final PrintStream out;
  private final int columns;
  private final int cases;
  private final ProgressBar bar;
  private final CountDownLatch lastLineEnded = new CountDownLatch(1);
  private final Set<String> atHand = new LinkedHashSet<>();
  private Totals totals = Totals.NONE;
  private boolean closed;

  /**
   * Begins to show progress.
   *
   * @param out where
   * @param columns how wide that terminal is; 0 if it is none
   * @param cases how many there are to run
   */
  SuiteProgress(PrintStream out, int columns, int cases) {
    this.out = out;
    this.columns = columns - 1; // the last column would begin another line
    this.cases = cases;
    bar =
        columns == 0
            ? null
            : new ProgressBarBuilder()
                .setInitialMax(cases)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
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
    } else {
      bar.setExtraMessage(checkpoint);
    }
  }

  /**
   * A case begins.
   *
   * @param id its id
   */
  synchronized void started(String id) {
    atHand.add(id);
    showCases();
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
    if (bar != null) {
      bar.stepTo(totals.all());
      showCases();
    }
  }

  /** The case that has run longest, as there is room for one. */
  private void showCases() {
    if (bar != null) {
      String first = atHand.isEmpty() ? "" : ": " + atHand.iterator().next();
      String others = atHand.size() < 2 ? "" : " +" + (atHand.size() - 1);
      bar.setExtraMessage(totals + first + others);
    }
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
      out.print(bar == null ? lines : "\r" + " ".repeat(columns) + "\r" + lines);
      out.flush();
    }
  }

  /** Ends the bar, and says how the cases ended; once. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (bar != null) {
      bar.close();
      awaitLastLine();
    }
    out.println("virtio4j: " + totals);
  }

  /** The bar is drawn, and ended, by a thread of its own. */
  private void awaitLastLine() {
    try {
      if (!lastLineEnded.await(LAST_LINE_SECONDS, TimeUnit.SECONDS)) {
        out.println();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The bar's line, which lines of ours come before. */
  private final class LastLine implements ProgressBarConsumer {
    @Override
    public int getMaxRenderedLength() {
      return columns;
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
      out.println();
      lastLineEnded.countDown();
    }
  }
}
