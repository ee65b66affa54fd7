package dev.virtio4j.virtio.blk;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/** What a block device has done. */
public final class BlkCounters {
  private static final Set<BlkCounter> REQUESTS =
      EnumSet.range(BlkCounter.READS, BlkCounter.MALFORMED);

  private final long[] values = new long[BlkCounter.values().length];

  BlkCounters() {}

  /**
   * One of the counts.
   *
   * @param counter which
   * @return its value
   */
  public long get(BlkCounter counter) {
    return values[index(counter)];
  }

  /**
   * All requests.
   *
   * @return how many, of whatever type and outcome
   */
  public long requests() {
    return REQUESTS.stream().mapToLong(this::get).sum();
  }

  /**
   * What two devices have done together, or one before and after a restart.
   *
   * @param other the other
   * @return the sums
   */
  public BlkCounters plus(BlkCounters other) {
    BlkCounters sums = new BlkCounters();
    for (int i = 0; i < values.length; i++) {
      sums.values[i] = values[i] + other.values[i];
    }
    return sums;
  }

  void add(BlkCounter counter, long value) {
    values[index(counter)] += value;
  }

  void set(BlkCounter counter, long value) {
    values[index(counter)] = value;
  }

  void save(StateWriter out) throws IOException {
    for (long value : values) {
      out.i64(value);
    }
  }

  void load(StateReader in) throws IOException {
    for (int i = 0; i < values.length; i++) {
      values[i] = in.i64(0, Long.MAX_VALUE, "a counter");
    }
  }

  @SuppressWarnings("EnumOrdinal") // an array, since an EnumMap would box each count
  private static int index(BlkCounter counter) {
    return counter.ordinal();
  }
}
