package dev.virtio4j.scsi;

import java.nio.ByteBuffer;

/**
 * Addresses in minutes, seconds and frames (MMC-6, "MSF address"): a second has 75 frames, which
 * are blocks, and block 0 is two seconds from the start of the disc.
 */
final class Msf {
  /** What stands for an address that is none in this form. */
  static final int NONE = -1;

  private static final int SECONDS = 60;
  private static final int FRAMES = 75;
  private static final int BLOCK_0 = 2 * FRAMES;

  /** 255:59:74, which stands for everything beyond it, too: a DVD is longer than that. */
  private static final long LAST = 256 * SECONDS * FRAMES - 1;

  private Msf() {}

  /** Puts the address of a block as three bytes. */
  static void put(long block, ByteBuffer into) {
    int frames = (int) Math.min(block + BLOCK_0, LAST);
    into.put((byte) (frames / FRAMES / SECONDS));
    into.put((byte) (frames / FRAMES % SECONDS));
    into.put((byte) (frames % FRAMES));
  }

  /** The block at an address in three bytes; {@link #NONE} if these are no address of a block. */
  static long block(int msf) {
    int seconds = msf >> 8 & 0xFF;
    int frames = msf & 0xFF;
    int block = ((msf >> 16) * SECONDS + seconds) * FRAMES + frames - BLOCK_0;
    return seconds < SECONDS && frames < FRAMES && block >= 0 ? block : NONE;
  }
}
