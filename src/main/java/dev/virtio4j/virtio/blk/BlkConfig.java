package dev.virtio4j.virtio.blk;

import dev.virtio4j.virtio.SpecProfile;

/**
 * The fields of struct virtio_blk_config that hold something; the others read as zero. Appendix D
 * of 0.9.5, and section 5.2.4 of virtio 1.1 from PHYSICAL_BLOCK_EXP on.
 */
enum BlkConfig {
  // spotless:off
  CAPACITY                (0,  8), // in sectors of 512 bytes, whatever the size of a block
  SEG_MAX                 (12, 4),
  CYLINDERS               (16, 2),
  HEADS                   (18, 1),
  SECTORS                 (19, 1),
  BLK_SIZE                (20, 4), // in bytes
  PHYSICAL_BLOCK_EXP      (24, 1), // logical blocks in a physical one, as a power of two
  MIN_IO_SIZE             (26, 2), // in logical blocks
  OPT_IO_SIZE             (28, 4), // in logical blocks
  WRITEBACK               (32, 1),
  NUM_QUEUES              (34, 2),
  MAX_DISCARD_SECTORS     (36, 4),
  MAX_DISCARD_SEG         (40, 4),
  DISCARD_SECTOR_ALIGNMENT(44, 4),
  MAX_WRITE_ZEROES_SECTORS(48, 4),
  MAX_WRITE_ZEROES_SEG    (52, 4),
  WRITE_ZEROES_MAY_UNMAP  (56, 1);
  // spotless:on

  final int offset;
  private final int width;

  BlkConfig(int offset, int width) {
    this.offset = offset;
    this.width = width;
  }

  /** How many bytes the structure has: up to BLK_SIZE in the texts before 1.0. */
  static int length(SpecProfile spec) {
    BlkConfig last = spec == SpecProfile.DEFAULT ? WRITE_ZEROES_MAY_UNMAP : BLK_SIZE;
    return last.offset + last.width;
  }

  /** Sets the field, where the structure has it. */
  void put(byte[] config, long value) {
    for (int i = 0; i < width && offset + i < config.length; i++) {
      config[offset + i] = (byte) (value >>> (8 * i));
    }
  }

  /** The field, unsigned. */
  long get(byte[] config) {
    long value = 0;
    for (int i = 0; i < width; i++) {
      value |= (config[offset + i] & 0xFFL) << (8 * i);
    }
    return value;
  }
}
