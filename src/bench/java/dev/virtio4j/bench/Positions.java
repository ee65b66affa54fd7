package dev.virtio4j.bench;

import java.util.Random;

/** Places on a disk in an order that no cache foresees, the same in each run. */
final class Positions {
  /** Enough for no cache of a CPU to learn them. */
  private static final int COUNT = 1 << 16;

  private final int[] sectors = new int[COUNT];
  private int next;

  /**
   * Draws places.
   *
   * @param diskBytes the size of the disk
   * @param alignment of the places, and the length that fits at each, in bytes
   */
  Positions(int diskBytes, int alignment) {
    Random random = new Random(1);
    for (int i = 0; i < COUNT; i++) {
      sectors[i] = random.nextInt(diskBytes / alignment) * (alignment / 512);
    }
  }

  /** The next one, in units of 512 bytes. */
  int nextSector() {
    next = (next + 1) & (COUNT - 1);
    return sectors[next];
  }
}
