package dev.virtio4j.virtio;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The log of what a guest did wrong and of what went wrong for it, limited to so many lines in so
 * much real time: a guest can cause as many faults as it likes.
 */
final class GuestFaultLog {
  static final int LINES = 10;
  static final long PERIOD_NANOS = 10_000_000_000L;

  private final Logger logger;
  private final LongSupplier nanoTime;
  private long periodStart;
  private int lines;
  private long dropped;

  /**
   * Makes a log.
   *
   * @param logger where the lines go
   * @param nanoTime real time, as {@link System#nanoTime} counts it
   */
  GuestFaultLog(Logger logger, LongSupplier nanoTime) {
    this.logger = logger;
    this.nanoTime = nanoTime;
    periodStart = nanoTime.getAsLong();
  }

  /**
   * Logs a line, or counts it where there are too many.
   *
   * @param line makes the line; asked only if it is logged
   */
  void warn(Supplier<String> line) {
    long now = nanoTime.getAsLong();
    if (now - periodStart >= PERIOD_NANOS) {
      periodStart = now;
      lines = 0;
    }
    if (lines >= LINES) {
      dropped++;
      return;
    }
    lines++;
    logger.log(
        Level.WARNING,
        dropped == 0 ? line.get() : line.get() + " (and " + dropped + " lines more)");
    dropped = 0;
  }
}
