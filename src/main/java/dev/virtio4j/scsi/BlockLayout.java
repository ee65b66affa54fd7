package dev.virtio4j.scsi;

/**
 * The blocks of a disk.
 *
 * @param logicalBlockSize the unit of an address and of a transfer, in bytes: 512 or 4096
 * @param physicalBlockSize the unit that the disk writes without reading first, in bytes: a power
 *     of two from the logical block size to 2 MiB
 * @param minIoSize the smallest transfer that doesn't cost more than it must, in bytes: a multiple
 *     of the logical block size, at most 65535 of them; 0 to say nothing
 * @param optIoSize the best transfer for sustained work, in bytes: a multiple of the logical block
 *     size; 0 to say nothing
 */
public record BlockLayout(
    int logicalBlockSize, int physicalBlockSize, int minIoSize, int optIoSize) {
  private static final int MAX_PHYSICAL_BLOCK_SIZE = 2 << 20;

  /**
   * Checks the values.
   *
   * @param logicalBlockSize 512 or 4096 bytes
   * @param physicalBlockSize a power of two, in bytes
   * @param minIoSize in bytes
   * @param optIoSize in bytes
   * @throws IllegalArgumentException with one line if they are not as above
   */
  public BlockLayout {
    if ((logicalBlockSize != 512 && logicalBlockSize != 4096)
        || Integer.bitCount(physicalBlockSize) != 1
        || physicalBlockSize < logicalBlockSize
        || physicalBlockSize > MAX_PHYSICAL_BLOCK_SIZE
        || minIoSize < 0
        || minIoSize % logicalBlockSize != 0
        || minIoSize / logicalBlockSize > 0xFFFF
        || optIoSize < 0
        || optIoSize % logicalBlockSize != 0) {
      throw new IllegalArgumentException(
          "no layout of a disk: logical blocks of %d, physical of %d, transfers of %d and %d bytes"
              .formatted(logicalBlockSize, physicalBlockSize, minIoSize, optIoSize));
    }
  }

  /** How many logical blocks are in a physical one, as an exponent of two. */
  int physicalBlockExponent() {
    return Integer.numberOfTrailingZeros(physicalBlockSize / logicalBlockSize);
  }
}
