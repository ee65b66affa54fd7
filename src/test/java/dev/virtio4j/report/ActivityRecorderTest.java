package dev.virtio4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The activity of the drives")
class ActivityRecorderTest {
  private static Sample at(long nanos) {
    return new Sample(Duration.ofNanos(nanos), nanos, 2 * nanos, 0);
  }

  @Test
  @DisplayName("is kept as it is while it is short")
  void brief() {
    ActivityRecorder recorder = new ActivityRecorder();
    assertThat(recorder.samples()).isEmpty();
    List.of(at(0), at(5), at(1_000_000)).forEach(recorder::add);
    assertThat(recorder.samples()).containsExactly(at(0), at(5), at(1_000_000));
  }

  @Test
  @DisplayName("takes the same space however long it is, from its first sample to its last")
  void endless() {
    ActivityRecorder recorder = new ActivityRecorder();
    for (long i = 0; i < 1_000_000; i++) {
      recorder.add(at(i * 1000));
    }

    List<Sample> samples = recorder.samples();
    assertThat(samples).hasSizeBetween(100, 257).startsWith(at(0)).endsWith(at(999_999_000));
    for (int i = 1; i < samples.size() - 1; i++) {
      long gap = samples.get(i).time().minus(samples.get(i - 1).time()).toNanos();
      assertThat(gap).isBetween(1L, 999_999_000L / 50);
    }
  }
}
