package dev.virtio4j.block;

/** When each request of a disk with a given {@link DiskTiming} is done. Doesn't allocate. */
public final class DiskPace {
  private static final double NANOS = 1e9;

  private final DiskTiming timing;

  /** From when on the disk takes the next one: of all, of reads, of writes. */
  private long free;

  private long freeForReads;
  private long freeForWrites;

  /**
   * Starts with an idle disk.
   *
   * @param timing its speed
   */
  public DiskPace(DiskTiming timing) {
    this.timing = timing;
  }

  /**
   * Takes a request. It begins when the limits allow, and is done when its bytes have passed and
   * the latency is over.
   *
   * @param now the emulated time in nanoseconds
   * @param write whether it writes
   * @param bytes how many bytes it moves, 0 or more; one that moves none has the latency only
   * @return the emulated time at which it is done, in nanoseconds
   */
  public long due(long now, boolean write, long bytes) {
    if (bytes == 0) {
      return plus(now, timing.latencyNanos());
    }
    long start = Math.max(now, Math.max(free, write ? freeForWrites : freeForReads));
    long transfer = transferNanos(timing.bytesPerSecond(), bytes);
    free = plus(start, Math.max(transfer, spacing(timing.requestsPerSecond())));
    if (write) {
      transfer = Math.max(transfer, transferNanos(timing.writeBytesPerSecond(), bytes));
      freeForWrites = plus(start, Math.max(transfer, spacing(timing.writesPerSecond())));
    } else {
      transfer = Math.max(transfer, transferNanos(timing.readBytesPerSecond(), bytes));
      freeForReads = plus(start, Math.max(transfer, spacing(timing.readsPerSecond())));
    }
    return plus(plus(start, transfer), timing.latencyNanos());
  }

  private static long transferNanos(long bytesPerSecond, long bytes) {
    return bytesPerSecond == 0 ? 0 : (long) (bytes * NANOS / bytesPerSecond);
  }

  private static long spacing(long perSecond) {
    return perSecond == 0 ? 0 : (long) (NANOS / perSecond);
  }

  private static long plus(long nanos, long more) {
    long sum = nanos + more;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  /**
   * The state, for {@link #restore}.
   *
   * @return three emulated times in nanoseconds
   */
  public long[] state() {
    return new long[] {free, freeForReads, freeForWrites};
  }

  /**
   * Takes over a state.
   *
   * @param state what {@link #state} gave
   */
  public void restore(long[] state) {
    free = state[0];
    freeForReads = state[1];
    freeForWrites = state[2];
  }
}
