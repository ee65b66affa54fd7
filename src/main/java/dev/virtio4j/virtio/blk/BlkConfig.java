package dev.virtio4j.virtio.blk;

/**
 * The fields of struct virtio_blk_config that hold something; the others read as zero. Appendix D
 * of 0.9.5, and section 5.2.4 of virtio 1.0 from physical_block_exp on.
 */
enum BlkConfig {
  // spotless:off
  CAPACITY (0,  8), // in sectors of 512 bytes, whatever the size of a block
  SEG_MAX  (12, 4),
  CYLINDERS(16, 2),
  HEADS    (18, 1),
  SECTORS  (19, 1),
  BLK_SIZE (20, 4); // in bytes
  // spotless:on

  /** Up to write_zeroes_may_unmap, the last field of the later texts, as on QEMU. */
  static final int LENGTH = 57;

  private final int offset;
  private final int width;

  BlkConfig(int offset, int width) {
    this.offset = offset;
    this.width = width;
  }

  void put(byte[] config, long value) {
    for (int i = 0; i < width; i++) {
      config[offset + i] = (byte) (value >>> (8 * i));
    }
  }
}
