package dev.virtio4j.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps what the drives did over time, in the same space however long a guest runs: when there are
 * too many samples, every other one goes, and from then on they are taken half as often.
 */
public final class ActivityRecorder {
  private static final int MAX_SAMPLES = 256;

  private final List<Sample> samples = new ArrayList<>();
  private long interval = 1;
  private Sample last;

  /**
   * Takes a sample; any number of them, the more the better.
   *
   * @param sample later than all before
   */
  public void add(Sample sample) {
    last = sample;
    long nanos = sample.time().toNanos();
    if (!samples.isEmpty() && nanos < latest().toNanos() + interval) {
      return;
    }
    samples.add(sample);
    if (samples.size() == MAX_SAMPLES) {
      for (int i = MAX_SAMPLES - 1; i > 0; i -= 2) {
        samples.remove(i);
      }
      interval = Math.max(2 * interval, nanos / MAX_SAMPLES);
    }
  }

  private Duration latest() {
    return samples.get(samples.size() - 1).time();
  }

  /**
   * What was kept.
   *
   * @return at most 257 samples, the first and the last among them
   */
  public List<Sample> samples() {
    List<Sample> all = new ArrayList<>(samples);
    if (last != null && !last.time().equals(latest())) {
      all.add(last);
    }
    return all;
  }
}
