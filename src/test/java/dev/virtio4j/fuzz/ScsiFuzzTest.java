package dev.virtio4j.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.virtio4j.testing.LogCapture;

/** Whatever a driver and the host do, the SCSI host does what a driver may rely on, and no more. */
class ScsiFuzzTest {
  /** Of a device: ten lines in ten seconds; a slow machine may take longer for an input. */
  private static final int LOG_LINES = 50;

  @FuzzTest(maxDuration = "")
  void anyDriver(byte[] input) {
    try (LogCapture log = new LogCapture()) {
      ScsiScript script = new ScsiScript(input);
      script.run();
      assertThat(log.lines().size()).isLessThanOrEqualTo(LOG_LINES * script.devices());
    }
  }
}
