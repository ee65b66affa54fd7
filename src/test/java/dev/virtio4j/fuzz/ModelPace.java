package dev.virtio4j.fuzz;

import dev.virtio4j.block.DiskTiming;

/** How long the model's disk takes. Its speeds are so many whole nanoseconds for each unit. */
final class ModelPace {
  private static final long SECOND = 1_000_000_000;

  private final DiskTiming timing;

  /** Until when the disk is busy: with anything, with reads, with writes. */
  private long busy;

  private long busyReading;
  private long busyWriting;

  ModelPace(DiskTiming timing) {
    this.timing = timing;
  }

  /** When a request that could begin at some time is done. */
  long due(long earliest, boolean write, long bytes) {
    if (bytes == 0) {
      return earliest + timing.latencyNanos();
    }
    long start = Math.max(earliest, Math.max(busy, write ? busyWriting : busyReading));
    long all = each(timing.bytesPerSecond()) * bytes;
    long own = each(write ? timing.writeBytesPerSecond() : timing.readBytesPerSecond()) * bytes;
    busy = start + Math.max(all, each(timing.requestsPerSecond()));
    long transfer = Math.max(all, own);
    if (write) {
      busyWriting = start + Math.max(transfer, each(timing.writesPerSecond()));
    } else {
      busyReading = start + Math.max(transfer, each(timing.readsPerSecond()));
    }
    return start + transfer + timing.latencyNanos();
  }

  /** Nanoseconds for one; no limit takes none. */
  private static long each(long perSecond) {
    return perSecond == 0 ? 0 : SECOND / perSecond;
  }
}
