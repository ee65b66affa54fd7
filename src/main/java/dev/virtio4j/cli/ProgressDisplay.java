package dev.virtio4j.cli;

import dev.virtio4j.guest.Progress;
import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows progress: a bar for each phase on a terminal, a line for each elsewhere. */
final class ProgressDisplay implements Progress, AutoCloseable {
  private static final int COLUMNS = 79;

  private final PrintStream out;
  private final boolean terminal;
  private String phase = "";
  private ProgressBar bar;

  /**
   * Prepares to show progress.
   *
   * @param out where
   * @param terminal whether that is a terminal
   */
  ProgressDisplay(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  @Override
  public void report(String phase, long done, long total) {
    if (!phase.equals(this.phase)) {
      close();
      this.phase = phase;
      begin(total);
    }
    if (bar != null) {
      bar.stepTo(done);
    }
  }

  private void begin(long total) {
    if (terminal) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(phase)
              .setInitialMax(total)
              .setStyle(ProgressBarStyle.ASCII)
              .setConsumer(new ConsoleProgressBarConsumer(out, COLUMNS))
              .build();
    } else {
      out.println("virtio4j: " + phase);
    }
  }

  /** Ends the bar of the last phase. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
