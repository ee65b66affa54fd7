package dev.virtio4j.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Takes the log of the devices away from the console, for a test to look at. */
public final class LogCapture implements AutoCloseable {
  private final Logger logger = Logger.getLogger("dev.virtio4j");
  private final List<String> lines = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          lines.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  /** Starts to capture. */
  public LogCapture() {
    logger.setUseParentHandlers(false);
    logger.addHandler(handler);
  }

  /**
   * What was logged so far.
   *
   * @return the lines
   */
  public List<String> lines() {
    return lines;
  }

  @Override
  public void close() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
  }
}
