package dev.virtio4j.virtio.blk;

import dev.virtio4j.virtio.SpecProfile;

/**
 * The feature bits of the block device that are offered (0.9.5, Appendix D; from TOPOLOGY on virtio
 * 1.0 and 1.1, section 5.2.3, in use by legacy drivers).
 */
enum BlkFeature {
  // spotless:off
  /** There may be a barrier: requests before it are done first, and those after it later. */
  BARRIER     (0,  SpecProfile.V0_8_9),
  /** "seg_max" holds the most segments of data in a request. */
  SEG_MAX     (2,  SpecProfile.V0_8_9),
  /** "geometry" holds cylinders, heads and sectors. */
  GEOMETRY    (4,  SpecProfile.V0_8_9),
  /** Every write fails. */
  RO          (5,  SpecProfile.V0_8_9),
  /** "blk_size" holds the size of a logical block. */
  BLK_SIZE    (6,  SpecProfile.V0_8_9),
  /** There are requests with SCSI commands. */
  SCSI        (7,  SpecProfile.V0_8_9),
  /** There is a FLUSH request. */
  FLUSH       (9,  SpecProfile.V0_8_9),
  /** "topology" holds hints for alignment. */
  TOPOLOGY    (10, SpecProfile.DEFAULT),
  /** "writeback" can be written. */
  CONFIG_WCE  (11, SpecProfile.DEFAULT),
  /** "num_queues" holds how many queues there are. */
  MQ          (12, SpecProfile.DEFAULT),
  /** There is a DISCARD request. */
  DISCARD     (13, SpecProfile.DEFAULT),
  /** There is a WRITE_ZEROES request. */
  WRITE_ZEROES(14, SpecProfile.DEFAULT);
  // spotless:on

  final int mask;
  private final SpecProfile since;

  BlkFeature(int bit, SpecProfile since) {
    this.mask = 1 << bit;
    this.since = since;
  }

  /** What a device offers. */
  static int offered(BlkOptions options, boolean readOnly) {
    int features = 0;
    for (BlkFeature feature : values()) {
      if (options.spec.has(feature.since) && feature.applies(options, readOnly)) {
        features |= feature.mask;
      }
    }
    return features;
  }

  private boolean applies(BlkOptions options, boolean readOnly) {
    return switch (this) {
      case RO -> readOnly;
      case DISCARD, WRITE_ZEROES -> !readOnly;
      case MQ -> options.queues > 1;
      default -> true;
    };
  }
}
