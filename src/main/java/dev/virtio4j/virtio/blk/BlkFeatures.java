package dev.virtio4j.virtio.blk;

/** The feature bits of the block device that are offered, as masks (0.9.5, Appendix D). */
final class BlkFeatures {
  /** "seg_max" holds the most segments of data in a request. */
  static final int SEG_MAX = 1 << 2;

  /** "geometry" holds cylinders, heads and sectors. */
  static final int GEOMETRY = 1 << 4;

  /** Every write fails. */
  static final int RO = 1 << 5;

  /** "blk_size" holds the size of a logical block. */
  static final int BLK_SIZE = 1 << 6;

  /** There is a FLUSH request. */
  static final int FLUSH = 1 << 9;

  /** "topology" holds hints for alignment (virtio 1.0, section 5.2.3; in use by legacy drivers). */
  static final int TOPOLOGY = 1 << 10;

  private BlkFeatures() {}
}
