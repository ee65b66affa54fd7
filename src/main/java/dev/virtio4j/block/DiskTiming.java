package dev.virtio4j.block;

/**
 * How fast a disk seems to its guest, in emulated time. All zero means that a request is done
 * within its notification.
 *
 * @param latencyNanos how long each request takes, in nanoseconds; requests overlap
 * @param bytesPerSecond the most bytes read and written in a second; 0 for no limit
 * @param readBytesPerSecond the most bytes read in a second; 0 for no limit
 * @param writeBytesPerSecond the most bytes written in a second; 0 for no limit
 * @param requestsPerSecond the most reads and writes in a second; 0 for no limit
 * @param readsPerSecond the most reads in a second; 0 for no limit
 * @param writesPerSecond the most writes in a second; 0 for no limit
 */
public record DiskTiming(
    long latencyNanos,
    long bytesPerSecond,
    long readBytesPerSecond,
    long writeBytesPerSecond,
    long requestsPerSecond,
    long readsPerSecond,
    long writesPerSecond) {
  /** No time at all. */
  public static final DiskTiming NONE = new DiskTiming(0, 0, 0, 0, 0, 0, 0);

  /**
   * Checks the values.
   *
   * @param latencyNanos nanoseconds, 0 or more
   * @param bytesPerSecond 0 or more
   * @param readBytesPerSecond 0 or more
   * @param writeBytesPerSecond 0 or more
   * @param requestsPerSecond 0 or more
   * @param readsPerSecond 0 or more
   * @param writesPerSecond 0 or more
   * @throws IllegalArgumentException with one line if one is negative
   */
  public DiskTiming {
    if (latencyNanos < 0
        || bytesPerSecond < 0
        || readBytesPerSecond < 0
        || writeBytesPerSecond < 0
        || requestsPerSecond < 0
        || readsPerSecond < 0
        || writesPerSecond < 0) {
      throw new IllegalArgumentException("a disk's latency and limits are 0 or more");
    }
  }
}
