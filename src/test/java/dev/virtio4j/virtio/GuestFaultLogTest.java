package dev.virtio4j.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.testing.LogCapture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class GuestFaultLogTest {
  @Test
  @DisplayName("logs so many lines in so much time, and then how many it dropped")
  void limits() {
    AtomicLong time = new AtomicLong(Long.MAX_VALUE - 5); // real time may wrap
    try (LogCapture lines = new LogCapture()) {
      GuestFaultLog log = new GuestFaultLog(System.getLogger("dev.virtio4j.test"), time::get);
      for (int i = 0; i < GuestFaultLog.LINES + 3; i++) {
        log.warn(() -> "fault");
      }
      assertThat(lines.lines()).hasSize(GuestFaultLog.LINES).containsOnly("fault");

      time.addAndGet(GuestFaultLog.PERIOD_NANOS);
      log.warn(() -> "another");
      log.warn(() -> "third");
      assertThat(lines.lines().subList(GuestFaultLog.LINES, lines.lines().size()))
          .containsExactly("another (and 3 lines more)", "third");
    }
  }
}
