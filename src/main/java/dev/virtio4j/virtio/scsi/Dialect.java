package dev.virtio4j.virtio.scsi;

import dev.virtio4j.virtio.SpecProfile;

/** How the texts of the SCSI host differ, beside their {@link ScsiResponse response codes}. */
enum Dialect {
  // spotless:off
  /**
   * The first draft: requests as on a block device, each queue for one unit, no other queues, no
   * configuration.
   */
  APRIL_2011   (7, 0, 0),
  /** The second draft: no hints on transfers and commands in the configuration, no BUSY. */
  NOVEMBER_2011(7, 2, ScsiFeature.INOUT.mask),
  /** 0.9.4 and 0.9.5, Appendix H. */
  V0_9_4       (8, 2, ScsiFeature.INOUT.mask | ScsiFeature.HOTPLUG.mask),
  /** With what guests use of later texts. */
  DEFAULT      (8, 2, ScsiFeature.INOUT.mask | ScsiFeature.HOTPLUG.mask | ScsiFeature.CHANGE.mask);
  // spotless:on

  /** The device type. */
  final int type;

  /** Which queue is the first for requests; the control queue and the event queue are before it. */
  final int firstRequestQueue;

  final int features;

  Dialect(int type, int firstRequestQueue, int features) {
    this.type = type;
    this.firstRequestQueue = firstRequestQueue;
    this.features = features;
  }

  static Dialect of(SpecProfile spec) {
    return switch (spec) {
      case DRAFT_2011_04 -> APRIL_2011;
      case DRAFT_2011_11 -> NOVEMBER_2011;
      case V0_8_9, V0_9_4, V0_9_5 -> V0_9_4;
      case DEFAULT -> DEFAULT;
    };
  }
}
