package dev.virtio4j.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.virtio4j.testing.LogCapture;

/** Whatever a driver does, the block device does what the model of it does, and no more. */
class BlkFuzzTest {
  /** Ten lines in ten seconds; a slow machine may take longer for an input. */
  private static final int LOG_LINES = 50;

  @FuzzTest(maxDuration = "")
  void anyDriver(byte[] input) {
    try (LogCapture log = new LogCapture()) {
      new BlkScript(input).run();
      assertThat(log.lines().size()).isLessThanOrEqualTo(LOG_LINES);
    }
  }
}
