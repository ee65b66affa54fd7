package dev.virtio4j.virtio.scsi;

import dev.virtio4j.virtio.SpecProfile;

/**
 * What the user chose of a SCSI host; what is on its bus has options of its own.
 *
 * @param queues request queues: 1 to 64
 * @param queueSize descriptors in each queue: a power of two from 4 to 1024
 * @param spec the text that the host goes by: 0.9.4, 0.9.5, default or a draft of 2011
 */
public record ScsiOptions(int queues, int queueSize, SpecProfile spec) {
  /** What a user gets who chose nothing. */
  public static final ScsiOptions DEFAULT = new ScsiOptions(1, 256, SpecProfile.DEFAULT);

  private static final int MAX_QUEUES = 64;
  private static final int MIN_QUEUE_SIZE = 4;
  private static final int MAX_QUEUE_SIZE = 1024;

  /**
   * Checks the values.
   *
   * @param queues as above
   * @param queueSize as above
   * @param spec as above
   * @throws IllegalArgumentException with one line that names the option, if one is not as above
   */
  public ScsiOptions {
    if (queues < 1 || queues > MAX_QUEUES) {
      throw new IllegalArgumentException("num-queues=" + queues + ": use 1 to " + MAX_QUEUES);
    }
    if (Integer.bitCount(queueSize) != 1
        || queueSize < MIN_QUEUE_SIZE
        || queueSize > MAX_QUEUE_SIZE) {
      throw new IllegalArgumentException(
          "queue-size=%d: use a power of two from %d to %d"
              .formatted(queueSize, MIN_QUEUE_SIZE, MAX_QUEUE_SIZE));
    }
    if (spec == SpecProfile.V0_8_9) {
      throw new IllegalArgumentException("spec=0.8.9: that text has no SCSI host");
    }
  }
}
