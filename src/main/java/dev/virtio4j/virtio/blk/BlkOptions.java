package dev.virtio4j.virtio.blk;

import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.block.OnError;
import dev.virtio4j.virtio.SpecProfile;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a user chooses of a block device, with QEMU's names where QEMU has them. */
public final class BlkOptions {
  /** The length of the answer to GET_ID, in bytes: VIRTIO_BLK_ID_BYTES. */
  static final int ID_BYTES = 20;

  /** Nothing chosen. */
  public static final BlkOptions DEFAULTS = builder().build();

  private static final int MAX_QUEUES = 64;
  private static final int MIN_QUEUE_SIZE = 4;
  private static final int MAX_QUEUE_SIZE = 1024;

  final String serial;
  final int logicalBlockSize;
  final int physicalBlockSize;
  final int minIoSize;
  final int optIoSize;
  final int cylinders;
  final int heads;
  final int sectors;
  final CacheMode cache;
  final boolean discard;
  final OnError readError;
  final OnError writeError;
  final int queues;
  final int queueSize;
  final SpecProfile spec;
  final DiskTiming timing;

  /** What becomes of a write before the guest's next FLUSH. */
  public enum CacheMode {
    /** It may be in the host's caches; the guest is told so. */
    WRITEBACK,
    /** It is on stable storage when the request is done. */
    WRITETHROUGH,
    /** It may be in the host's caches even after a FLUSH. */
    UNSAFE
  }

  private BlkOptions(Builder b) {
    serial = b.serial;
    logicalBlockSize = b.logicalBlockSize;
    physicalBlockSize = b.physicalBlockSize == 0 ? b.logicalBlockSize : b.physicalBlockSize;
    minIoSize = b.minIoSize;
    optIoSize = b.optIoSize;
    cylinders = b.cylinders;
    heads = b.heads;
    sectors = b.sectors;
    cache = b.cache;
    discard = b.discard;
    readError = b.readError;
    writeError = b.writeError;
    queues = b.queues;
    queueSize = b.queueSize;
    spec = b.spec;
    timing = b.timing;
    check();
  }

  private void check() {
    require(
        serial.length() <= ID_BYTES && serial.chars().allMatch(c -> c >= ' ' && c <= '~'),
        "serial=" + serial + ": use up to " + ID_BYTES + " printable ASCII characters");
    require(
        logicalBlockSize == 512 || logicalBlockSize == 4096,
        "logical_block_size=" + logicalBlockSize + ": use 512 or 4096");
    require(
        Integer.bitCount(physicalBlockSize) == 1
            && physicalBlockSize >= logicalBlockSize
            && physicalBlockSize <= 2 << 20,
        "physical_block_size=%d: use a power of two from logical_block_size (%d) to 2097152"
            .formatted(physicalBlockSize, logicalBlockSize));
    require(
        minIoSize >= 0
            && minIoSize % logicalBlockSize == 0
            && minIoSize / logicalBlockSize <= 0xFFFF,
        "min_io_size=%d: use a multiple of logical_block_size (%d), at most 65535 of them"
            .formatted(minIoSize, logicalBlockSize));
    require(
        optIoSize >= 0 && optIoSize % logicalBlockSize == 0,
        "opt_io_size=%d: use a multiple of logical_block_size (%d)"
            .formatted(optIoSize, logicalBlockSize));
    require(
        (cylinders == 0 && heads == 0 && sectors == 0)
            || (isBetween(1, cylinders, 65535)
                && isBetween(1, heads, 255)
                && isBetween(1, sectors, 255)),
        "cyls=%d,heads=%d,secs=%d: use all three, cyls from 1 to 65535, heads and secs from 1 to 255"
            .formatted(cylinders, heads, sectors));
    require(
        queues >= 1 && queues <= MAX_QUEUES, "num-queues=" + queues + ": use 1 to " + MAX_QUEUES);
    require(
        !spec.isScsiDraft(), "spec=" + spec.id() + ": that draft has no block device, only SCSI");
    require(
        queues == 1 || spec == SpecProfile.DEFAULT,
        "num-queues=" + queues + ": spec=" + spec.id() + " has one queue");
    require(
        Integer.bitCount(queueSize) == 1
            && queueSize >= MIN_QUEUE_SIZE
            && queueSize <= MAX_QUEUE_SIZE,
        "queue-size=%d: use a power of two from %d to %d"
            .formatted(queueSize, MIN_QUEUE_SIZE, MAX_QUEUE_SIZE));
  }

  private static boolean isBetween(int min, int value, int max) {
    return min <= value && value <= max;
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  /**
   * All that a guest can tell of these options, for comparing drives: two with the same text are
   * the same to a guest. What happens when the host fails is not in it, nor whether a flush reaches
   * the disk.
   *
   * @return {@code key=value,key=value}, with the keys of the command line in alphabetical order; a
   *     comma in a value is written twice
   */
  @Override
  public String toString() {
    Map<String, Object> keys = new TreeMap<>();
    keys.put("serial", serial.replace(",", ",,"));
    keys.put("logical_block_size", logicalBlockSize);
    keys.put("physical_block_size", physicalBlockSize);
    keys.put("min_io_size", minIoSize);
    keys.put("opt_io_size", optIoSize);
    keys.put("cyls", cylinders);
    keys.put("heads", heads);
    keys.put("secs", sectors);
    keys.put("cache", cache == CacheMode.WRITETHROUGH ? "writethrough" : "writeback");
    keys.put("discard", discard ? "unmap" : "ignore");
    keys.put("num-queues", queues);
    keys.put("queue-size", queueSize);
    keys.put("spec", spec.id());
    keys.put("latency", timing.latencyNanos() + "ns");
    keys.put("bps", timing.bytesPerSecond());
    keys.put("bps_rd", timing.readBytesPerSecond());
    keys.put("bps_wr", timing.writeBytesPerSecond());
    keys.put("iops", timing.requestsPerSecond());
    keys.put("iops_rd", timing.readsPerSecond());
    keys.put("iops_wr", timing.writesPerSecond());
    return keys.entrySet().stream().map(Object::toString).collect(Collectors.joining(","));
  }

  /**
   * Starts with the defaults.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the choices; each method returns the builder itself. */
  public static final class Builder {
    private String serial = "";
    private int logicalBlockSize = 512;
    private int physicalBlockSize;
    private int minIoSize;
    private int optIoSize;
    private int cylinders;
    private int heads;
    private int sectors;
    private CacheMode cache = CacheMode.WRITEBACK;
    private boolean discard = true;
    private OnError readError = OnError.REPORT;
    private OnError writeError = OnError.REPORT;
    private int queues = 1;
    private int queueSize = 256;
    private SpecProfile spec = SpecProfile.DEFAULT;
    private DiskTiming timing = DiskTiming.NONE;

    private Builder() {}

    /**
     * What GET_ID answers.
     *
     * @param text up to 20 characters of printable ASCII, empty for none (the default)
     * @return this
     */
    public Builder serial(String text) {
      serial = text;
      return this;
    }

    /**
     * The smallest unit of a transfer.
     *
     * @param bytes 512 (the default) or 4096
     * @return this
     */
    public Builder logicalBlockSize(int bytes) {
      logicalBlockSize = bytes;
      return this;
    }

    /**
     * The unit that the disk writes without reading first; a hint for the guest.
     *
     * @param bytes a power of two from the logical block size to 2 MiB; 0 for the logical block
     *     size (the default)
     * @return this
     */
    public Builder physicalBlockSize(int bytes) {
      physicalBlockSize = bytes;
      return this;
    }

    /**
     * Hints for the guest's transfers.
     *
     * @param minimum the smallest that doesn't cost more than it must, in bytes: a multiple of the
     *     logical block size, at most 65535 of them; 0 to say nothing (the default)
     * @param optimal the best for sustained work, in bytes: a multiple of the logical block size; 0
     *     to say nothing (the default)
     * @return this
     */
    public Builder ioSizes(int minimum, int optimal) {
      minIoSize = minimum;
      optIoSize = optimal;
      return this;
    }

    /**
     * The geometry that the guest is told; by default one is made up from the size of the disk.
     *
     * @param cyls 1 to 65535
     * @param headCount 1 to 255
     * @param secs 1 to 255
     * @return this
     */
    public Builder geometry(int cyls, int headCount, int secs) {
      cylinders = cyls;
      heads = headCount;
      sectors = secs;
      return this;
    }

    /**
     * What becomes of a write before the next FLUSH.
     *
     * @param mode {@link CacheMode#WRITEBACK} by default
     * @return this
     */
    public Builder cache(CacheMode mode) {
      cache = mode;
      return this;
    }

    /**
     * Whether DISCARD gives space back on the host; otherwise it does nothing.
     *
     * @param unmap true by default
     * @return this
     */
    public Builder discard(boolean unmap) {
      discard = unmap;
      return this;
    }

    /**
     * What to do when the host could not read or write.
     *
     * @param read for reads, {@link OnError#REPORT} by default
     * @param write for writes, flushes and discards, {@link OnError#REPORT} by default
     * @return this
     */
    public Builder onError(OnError read, OnError write) {
      readError = read;
      writeError = write;
      return this;
    }

    /**
     * The virtqueues.
     *
     * @param count 1 (the default) to 64; more than 1 with {@link SpecProfile#DEFAULT} only
     * @param size how many descriptors each has: a power of two from 4 to 1024, 256 by default
     * @return this
     */
    public Builder queues(int count, int size) {
      queues = count;
      queueSize = size;
      return this;
    }

    /**
     * The text that the device goes by.
     *
     * @param profile {@link SpecProfile#DEFAULT} by default
     * @return this
     */
    public Builder spec(SpecProfile profile) {
      spec = profile;
      return this;
    }

    /**
     * How fast the disk seems.
     *
     * @param disk {@link DiskTiming#NONE} by default
     * @return this
     */
    public Builder timing(DiskTiming disk) {
      timing = disk;
      return this;
    }

    /**
     * Checks the choices.
     *
     * @return the options
     * @throws IllegalArgumentException with one line if they are not allowed
     */
    public BlkOptions build() {
      return new BlkOptions(this);
    }
  }
}
