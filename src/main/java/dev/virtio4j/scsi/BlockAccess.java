package dev.virtio4j.scsi;

import dev.virtio4j.block.PathException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** How blocks are read, or written. */
@FunctionalInterface
interface BlockAccess {

  /** Reads or writes some bytes. */
  void move(long position, ByteBuffer data) throws IOException;

  /**
   * Reads or writes some bytes. Where the host can't do so with several blocks at once, they are
   * tried one by one, since initiators want to know which of them is bad.
   *
   * @throws IOException if the host fails; the buffer's position is at the block that is bad then,
   *     or at the start if none is by itself
   */
  default void moveToBadBlock(long position, ByteBuffer data, int blockSize) throws IOException {
    int start = data.position();
    int end = data.limit();
    try {
      move(position, data);
    } catch (IOException e) {
      boolean isMedium = !(e instanceof PathException);
      int good = isMedium ? goodBytes(position, data.limit(end).position(start), blockSize) : 0;
      data.limit(end).position(start + good);
      throw e;
    }
  }

  private int goodBytes(long position, ByteBuffer data, int blockSize) {
    int length = data.remaining();
    int start = data.position();
    int good = 0;
    while (good < length) {
      int block = (int) Math.min(blockSize - (position + good) % blockSize, length - good);
      if (block == length) {
        return 0; // it has just been tried
      }
      try {
        move(position + good, data.limit(start + good + block).position(start + good));
      } catch (IOException e) {
        return good;
      }
      good += block;
    }
    return 0;
  }
}
