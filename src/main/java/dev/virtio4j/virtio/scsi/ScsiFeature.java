package dev.virtio4j.virtio.scsi;

/** The features of the SCSI host (VIRTIO_SCSI_F_..., 0.9.5, Appendix H, "Feature bits"). */
enum ScsiFeature {
  /** A request may have buffers in both directions. */
  INOUT(0),
  /** The guest hears of units that come and go. */
  HOTPLUG(1),
  /** The guest hears of units that change; after 0.9.5. */
  CHANGE(2);

  final int mask;

  ScsiFeature(int bit) {
    mask = 1 << bit;
  }
}
