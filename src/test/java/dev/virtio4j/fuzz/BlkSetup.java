package dev.virtio4j.fuzz;

import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.block.OnError;
import dev.virtio4j.virtio.SpecProfile;
import dev.virtio4j.virtio.blk.BlkOptions;
import dev.virtio4j.virtio.blk.BlkOptions.CacheMode;

/**
 * The device that an input is about, and its host.
 *
 * @param readOnly whether the disk can only be read
 * @param blockSize the logical block size in bytes
 * @param views whether guest memory gives windows
 * @param discard whether DISCARD does something
 * @param cache what becomes of a write before the next flush
 * @param mergeLimit up to how many bytes it pays to move at once; 0 for never
 * @param queues how many there are
 * @param queueSize how many descriptors each has
 * @param spec the text that the device goes by
 * @param timing how fast the disk seems; whole nanoseconds for each block, request and so on
 * @param readError what becomes of a read that the host can't do
 * @param writeError and of a write
 */
record BlkSetup(
    boolean readOnly,
    int blockSize,
    boolean views,
    boolean discard,
    CacheMode cache,
    int mergeLimit,
    int queues,
    int queueSize,
    SpecProfile spec,
    DiskTiming timing,
    OnError readError,
    OnError writeError) {
  static final String SERIAL = "fuzz-0123456789";

  private static final CacheMode[] CACHES = {
    CacheMode.WRITEBACK, CacheMode.WRITETHROUGH, CacheMode.UNSAFE, CacheMode.WRITEBACK
  };
  private static final int[] QUEUE_SIZES = {256, 4, 16, 1024};

  /** Of the largest queues no more fit into RAM. */
  private static final int MAX_LARGE_QUEUES = 2;

  private static final SpecProfile[] SPECS = {
    SpecProfile.DEFAULT, SpecProfile.V0_8_9, SpecProfile.V0_9_4, SpecProfile.V0_9_5
  };

  /** None; a latency; slow writes, which reads overtake; a slow disk. */
  private static final DiskTiming[] TIMINGS = {
    DiskTiming.NONE,
    new DiskTiming(1000, 0, 0, 0, 0, 0, 0),
    new DiskTiming(500, 0, 0, 500_000_000, 0, 10_000_000, 500_000),
    new DiskTiming(0, 1_000_000_000, 250_000_000, 0, 2_000_000, 0, 0)
  };

  private static final OnError[] POLICIES = {
    OnError.REPORT, OnError.STOP, OnError.IGNORE, OnError.REPORT
  };

  /** Decodes the first bytes of an input. */
  static BlkSetup of(int host, int device, int errors) {
    SpecProfile spec = SPECS[device >> 4 & 3];
    int size = QUEUE_SIZES[device & 3];
    int count = spec == SpecProfile.DEFAULT ? 1 + (device >> 2 & 3) : 1;
    return new BlkSetup(
        (host & 1) != 0,
        (host & 2) != 0 ? 4096 : 512,
        (host & 4) == 0,
        (host & 8) == 0,
        CACHES[host >> 4 & 3],
        (host & 64) != 0 ? 8192 : 0,
        size == 1024 ? Math.min(count, MAX_LARGE_QUEUES) : count,
        size,
        spec,
        TIMINGS[device >> 6 & 3],
        POLICIES[errors & 3],
        POLICIES[errors >> 2 & 3]);
  }

  BlkOptions options() {
    return BlkOptions.builder()
        .serial(SERIAL)
        .logicalBlockSize(blockSize)
        .cache(cache)
        .discard(discard)
        .queues(queues, queueSize)
        .spec(spec)
        .timing(timing)
        .onError(readError, writeError)
        .build();
  }
}
