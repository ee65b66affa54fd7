package dev.virtio4j.virtio.blk;

/**
 * What a user chooses of a block device.
 *
 * @param serial what GET_ID answers: up to 20 characters of printable ASCII, empty for none
 * @param logicalBlockSize the smallest unit of a transfer, 512 or 4096 bytes
 */
public record BlkOptions(String serial, int logicalBlockSize) {
  /** The length of the answer to GET_ID, in bytes: VIRTIO_BLK_ID_BYTES. */
  static final int ID_BYTES = 20;

  /** No serial number, blocks of 512 bytes. */
  public static final BlkOptions DEFAULTS = new BlkOptions("", 512);

  /**
   * Checks the values.
   *
   * @param serial up to 20 characters of printable ASCII
   * @param logicalBlockSize 512 or 4096 bytes
   * @throws IllegalArgumentException with one line if one of them is not allowed
   */
  public BlkOptions {
    if (serial.length() > ID_BYTES || !serial.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      throw new IllegalArgumentException(
          "serial=" + serial + ": use up to " + ID_BYTES + " printable ASCII characters");
    }
    if (logicalBlockSize != 512 && logicalBlockSize != 4096) {
      throw new IllegalArgumentException(
          "logical_block_size=" + logicalBlockSize + ": use 512 or 4096");
    }
  }
}
