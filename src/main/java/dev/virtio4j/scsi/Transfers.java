package dev.virtio4j.scsi;

import java.nio.ByteBuffer;

/**
 * The commands that move blocks between an initiator and the medium (SBC-3): READ, WRITE and
 * XDWRITEREAD, and those about the cache between.
 */
final class Transfers {
  private static final int DISABLE_WRITE = 0x04;

  private final Medium medium;

  Transfers(Medium medium) {
    this.medium = medium;
  }

  /** READ of all sizes. With FUA what is newer than the medium goes there first. */
  void read(Task task) {
    if (!medium.transfers(task) || (MediumCdb.forceUnitAccess(task) && !medium.flush(task))) {
      return;
    }
    long position = medium.position(task);
    for (long left = task.roomFor(medium.length(task)); left > 0; ) {
      int count =
          medium.paysToBuffer()
              ? readBuffered(task, position, left)
              : readPiece(task, position, left);
      if (count == 0) {
        return;
      }
      position += count;
      left -= count;
    }
  }

  /** Reads as much as a buffer takes; returns how much, 0 if the host failed. */
  private int readBuffered(Task task, long position, long left) {
    int count = (int) Math.min(left, Medium.BUFFER_SIZE);
    boolean whole = medium.load(task, position, count) != null;
    medium.scatter(task);
    return whole ? count : 0;
  }

  /** Reads up to the end of one of the initiator's buffers; returns how much, 0 as above. */
  private int readPiece(Task task, long position, long left) {
    ByteBuffer piece = task.nextIn(left);
    int start = piece.position();
    int count = piece.remaining();
    if (!medium.read(task, position, piece)) {
      task.commitStart(piece.position() - start);
      return 0;
    }
    task.commitIn(count);
    return count;
  }

  /** WRITE of all sizes. */
  void write(Task task) {
    long length = medium.length(task);
    if (!medium.transfers(task) || !medium.brings(task, length)) {
      return;
    }
    long position = medium.position(task);
    for (long left = length; left > 0; ) {
      ByteBuffer piece =
          medium.paysToBuffer()
              ? medium.gather(task, (int) Math.min(left, Medium.BUFFER_SIZE))
              : task.nextOut(left);
      int count = piece.remaining();
      if (!medium.write(task, position, piece)) {
        return;
      }
      position += count;
      left -= count;
    }
    medium.settle(task, MediumCdb.forceUnitAccess(task));
  }

  /**
   * XDWRITEREAD (10): writes, and sends back the exclusive or of what was there and what is there
   * now. Nothing is done unless there is room for all of it.
   */
  void exchange(Task task) {
    long length = medium.length(task);
    if (!medium.transfers(task) || !medium.brings(task, length)) {
      return;
    }
    if (task.roomFor(length) < length) {
      task.invalidField(MediumCdb.blocksField(task));
      return;
    }
    boolean writes = (task.u8(1) & DISABLE_WRITE) == 0;
    long position = medium.position(task);
    for (long left = length; left > 0; ) {
      int count = (int) Math.min(left, Medium.BUFFER_SIZE);
      ByteBuffer old = medium.load(task, position, count);
      if (old == null) {
        return;
      }
      ByteBuffer sent = medium.gather(task, count);
      if (writes && !medium.replace(task, position, old, sent)) {
        return;
      }
      sendDifference(task, old.rewind(), sent.rewind());
      position += count;
      left -= count;
    }
    if (writes) {
      medium.settle(task, MediumCdb.forceUnitAccess(task));
    }
  }

  private static void sendDifference(Task task, ByteBuffer one, ByteBuffer other) {
    while (one.hasRemaining()) {
      ByteBuffer piece = task.nextIn(one.remaining());
      int count = piece.remaining();
      while (piece.hasRemaining()) {
        piece.put((byte) (one.get() ^ other.get()));
      }
      task.commitIn(count);
    }
  }

  /** PRE-FETCH: the host has a cache of its own. GOOD says that not all blocks are in ours. */
  void prefetch(Task task) {
    medium.has(task);
  }

  /** SYNCHRONIZE CACHE: of all blocks, whichever are named; it ends when that is done. */
  void synchronizeCache(Task task) {
    if (medium.has(task)) {
      medium.flush(task);
    }
  }
}
