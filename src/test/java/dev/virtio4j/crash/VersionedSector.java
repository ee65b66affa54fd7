package dev.virtio4j.crash;

import dev.virtio4j.block.BlockBackend;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;

/**
 * The content of a sector: where it belongs, which write it is of, and words that follow from both,
 * so that a sector of two writes is known from one of them.
 */
final class VersionedSector {
  /** What {@link #version} says of a sector that is none of ours. */
  static final long TORN = -1;

  /** A sector that reads as zeroes. */
  static final long ZEROES = 0;

  /** What is on the disk before the first write. */
  static final long FIRST = 1;

  private static final int WORDS = BlockBackend.SECTOR_SIZE / Long.BYTES;

  private VersionedSector() {}

  /** Puts a sector into a buffer. */
  static void put(ByteBuffer into, long sector, long version) {
    for (int word = 0; word < WORDS; word++) {
      into.putLong(word(sector, version, word));
    }
  }

  /**
   * Reads the version of a sector.
   *
   * @param from is read from its position, one sector far
   * @param sector where it was found
   * @return its version; TORN if it is not one version of this sector from end to end
   */
  static long version(ByteBuffer from, long sector) {
    LongBuffer words = from.asLongBuffer();
    long version = words.get(1);
    for (int word = 0; word < WORDS; word++) {
      if (words.get(word) != word(sector, version, word)) {
        return TORN;
      }
    }
    return version;
  }

  private static long word(long sector, long version, int word) {
    if (version == ZEROES) {
      return 0;
    }
    return switch (word) {
      case 0 -> sector;
      case 1 -> version;
      default -> {
        long mixed = (sector * WORDS + word) * 0x9E3779B97F4A7C15L ^ version * 0xD6E8FEB86659FD93L;
        yield mixed ^ mixed >>> 32;
      }
    };
  }
}
