package dev.virtio4j.scsi;

import java.nio.ByteBuffer;

/**
 * The commands that compare blocks (SBC-3): VERIFY, WRITE AND VERIFY and COMPARE AND WRITE. The
 * information in the sense data of a miscompare is the offset in the Data-Out Buffer of the first
 * byte that differs.
 */
final class Verification {
  // BYTCHK, bits 1 and 2: what is compared.
  private static final int NOTHING = 0;
  private static final int ALL_BLOCKS = 1;
  private static final int RESERVED = 2;

  private final Medium medium;
  private final BlockLimits limits;

  Verification(Medium medium, BlockLimits limits) {
    this.medium = medium;
    this.limits = limits;
  }

  private static int byteCheck(Task task) {
    return task.u8(1) >> 1 & 3;
  }

  /**
   * VERIFY of all sizes: that blocks can be read, that they are what the initiator sends, or that
   * each is the one block that it sends. What is newer than the medium goes there first.
   */
  void verify(Task task) {
    int check = byteCheck(task);
    if (check == RESERVED) {
      task.invalidField(1, 2);
      return;
    }
    long length = medium.length(task);
    boolean oneBlock = check > RESERVED && length > 0;
    long sent = check == NOTHING ? 0 : oneBlock ? medium.blockSize() : length;
    if (!medium.transfers(task) || !medium.brings(task, sent) || !medium.flush(task)) {
      return;
    }
    if (oneBlock) {
      medium.gather(task, medium.blockSize());
    }
    ByteBuffer expected = oneBlock ? medium.repeatGathered() : null;
    for (long done = 0; done < length; done += Medium.BUFFER_SIZE) {
      int count = (int) Math.min(length - done, Medium.BUFFER_SIZE);
      ByteBuffer stored = medium.load(task, medium.position(task) + done, count);
      if (stored == null) {
        return;
      }
      if (oneBlock) {
        int at = stored.mismatch(expected.limit(count));
        if (at >= 0) {
          task.miscompare(at % medium.blockSize());
          return;
        }
      } else if (check == ALL_BLOCKS && !isSent(task, stored, done)) {
        return;
      }
    }
  }

  /** Compares a buffer with the next that the initiator sends, which is at an offset. */
  private boolean isSent(Task task, ByteBuffer stored, long offset) {
    int at = stored.mismatch(medium.gather(task, stored.remaining()));
    if (at >= 0) {
      task.miscompare(offset + at);
    }
    return at < 0;
  }

  /** WRITE AND VERIFY of all sizes. */
  void writeAndVerify(Task task) {
    long length = medium.length(task);
    if (!medium.transfers(task) || !medium.brings(task, length)) {
      return;
    }
    for (long done = 0; done < length; done += Medium.BUFFER_SIZE) {
      int count = (int) Math.min(length - done, Medium.BUFFER_SIZE);
      long position = medium.position(task) + done;
      ByteBuffer sent = medium.gather(task, count);
      if (!medium.write(task, position, sent)) {
        return;
      }
      ByteBuffer stored = medium.load(task, position, count);
      if (stored == null) {
        return;
      }
      int at = byteCheck(task) == NOTHING ? -1 : stored.mismatch(sent.rewind());
      if (at >= 0) {
        task.miscompare(done + at);
        return;
      }
    }
    medium.flush(task);
  }

  /**
   * COMPARE AND WRITE: the initiator sends what it expects, then what is to be there instead. All
   * of both is at hand before anything is written.
   */
  void compareAndWrite(Task task) {
    if (!medium.has(task, limits.maxCompareAndWrite())
        || !medium.brings(task, 2 * medium.length(task))) {
      return;
    }
    int length = (int) medium.length(task);
    long position = medium.position(task);
    ByteBuffer old = medium.load(task, position, length);
    if (old == null || !isSent(task, old, 0)) {
      return;
    }
    if (medium.replace(task, position, old, medium.gather(task, length))) {
      medium.settle(task, MediumCdb.forceUnitAccess(task));
    }
  }
}
