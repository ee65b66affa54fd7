package dev.virtio4j.drive;

/**
 * A size of RAM.
 *
 * @param bytes the size, 1 MiB to 2047 MiB
 */
public record MemorySize(int bytes) {
  private static final int MIB_SHIFT = 20;
  private static final long PAGE = 4096;
  private static final long SMALLEST = 1 << 20;
  private static final long LARGEST = 2047 << 20;

  /**
   * Reads a size as QEMU's {@code -m} does: {@code 128M}, {@code 1G}, {@code 65536K}; a plain
   * number is MiB.
   *
   * @param text the size; the letter in either case
   * @return the size
   * @throws IllegalArgumentException if it is no size or out of range
   */
  public static MemorySize parse(String text) {
    long bytes = Sizes.parse(text, MIB_SHIFT);
    if (bytes < SMALLEST || bytes > LARGEST || bytes % PAGE != 0) {
      throw new IllegalArgumentException("'" + text + "' is not 1M to 2047M in steps of 4K");
    }
    return new MemorySize((int) bytes);
  }
}
