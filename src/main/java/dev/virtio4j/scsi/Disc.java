package dev.virtio4j.scsi;

import dev.virtio4j.block.BlockBackend;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A medium in a CD-ROM drive: one track of blocks of 2048 bytes. If the backend's size is no
 * multiple of that, zeroes fill up the last block, so that nothing of the image is out of reach.
 */
final class Disc {
  static final int BLOCK_SIZE = 2048;

  /** 80 minutes of 60 seconds of 75 blocks. */
  private static final int MAX_CD_BLOCKS = 80 * 60 * 75;

  /** The current profile of the drive (MMC-6, "Profile List feature"). */
  enum Profile {
    NONE(0x0000),
    CD_ROM(0x0008),
    DVD_ROM(0x0010);

    final int number;

    Profile(int number) {
      this.number = number;
    }
  }

  private final BlockBackend medium;
  private final BlockAccess reading = this::fill;

  Disc(BlockBackend medium) {
    this.medium = medium;
  }

  BlockBackend medium() {
    return medium;
  }

  long blocks() {
    return (medium.size() + BLOCK_SIZE - 1) / BLOCK_SIZE;
  }

  /** What doesn't fit on a CD is a DVD, with one layer, however large. */
  Profile profile() {
    return blocks() <= MAX_CD_BLOCKS ? Profile.CD_ROM : Profile.DVD_ROM;
  }

  /**
   * Fills a buffer, which ends on the disc, from a position in bytes.
   *
   * @throws IOException if the host can't; the buffer's position is at the first bad block
   */
  void read(long position, ByteBuffer into) throws IOException {
    reading.moveToBadBlock(position, into, BLOCK_SIZE);
  }

  private void fill(long position, ByteBuffer into) throws IOException {
    int end = into.limit();
    long held = medium.size() - position;
    if (held > 0) {
      medium.read(position, into.limit((int) Math.min(end, into.position() + held)));
      into.limit(end);
    }
    while (into.hasRemaining()) {
      into.put((byte) 0);
    }
  }
}
