package dev.virtio4j.scsi;

import java.nio.ByteBuffer;

/**
 * The commands that give blocks back to the host, or fill them (SBC-3, "Logical block
 * provisioning"): UNMAP, WRITE SAME and GET LBA STATUS. An unmapped block reads as zeroes. A disk
 * whose owner keeps what the guest gives back takes the same commands, and says that it is fully
 * provisioned; its UNMAP does nothing.
 */
final class Provisioning {
  // Byte 1 of WRITE SAME.
  private static final int UNMAP = 0x08;
  private static final int NO_DATA_OUT = 0x01;

  // The parameter list of UNMAP.
  private static final int LIST_HEADER = 8;
  private static final int DESCRIPTORS_LENGTH = 2;
  private static final int DESCRIPTOR = 16;
  private static final int DESCRIPTOR_BLOCKS = 8;

  /** LBPU, LBPWS, LBPWS10, and LBPRZ of 001b, in byte 5 of the page. */
  private static final int ALL_WAYS_TO_ZEROES = 0xE4;

  /** The provisioning type, in byte 6 of the page. */
  private static final int THIN = 2;

  /** LBPME and LBPRZ in READ CAPACITY (16). */
  private static final int MANAGED_READS_ZEROES = 0xC0;

  /** How GET LBA STATUS looks, in bytes: at pieces of the one size, of the other at most. */
  private static final int STATUS_PIECE = 64 * 1024;

  private static final long STATUS_REACH = 1L << 30;
  private static final int DEALLOCATED = 1;

  private final Medium medium;
  private final BlockLimits limits;
  private final boolean unmaps;

  /**
   * Makes the commands.
   *
   * @param unmaps whether space is given back
   */
  Provisioning(Medium medium, BlockLimits limits, boolean unmaps) {
    this.medium = medium;
    this.limits = limits;
    this.unmaps = unmaps;
  }

  /** SBC-3, "Logical Block Provisioning VPD page". */
  void put(ByteBuffer page) {
    page.put((byte) 0); // no thresholds
    page.put((byte) (unmaps ? ALL_WAYS_TO_ZEROES : 0)).put((byte) (unmaps ? THIN : 0));
    page.put((byte) 0);
  }

  /** Byte 14 of the parameter data of READ CAPACITY (16). */
  byte inCapacity() {
    return (byte) (unmaps ? MANAGED_READS_ZEROES : 0);
  }

  /** UNMAP: the whole list is checked first. A descriptor that is cut short doesn't count. */
  void unmap(Task task) {
    int length = task.u16(MediumCdb.blocksField(task));
    if (length == 0 || !medium.brings(task, length)) {
      return;
    }
    if (length < LIST_HEADER) {
      task.checkCondition(Sense.PARAMETER_LIST_LENGTH_ERROR, MediumCdb.blocksField(task));
      return;
    }
    ByteBuffer list = medium.gather(task, length);
    int described = Math.min(list.getShort(DESCRIPTORS_LENGTH) & 0xFFFF, length - LIST_HEADER);
    int end = LIST_HEADER + described / DESCRIPTOR * DESCRIPTOR;
    if (!isGood(task, list, end) || !unmaps) {
      return;
    }
    for (int at = LIST_HEADER; at < end; at += DESCRIPTOR) {
      long position = list.getLong(at) * medium.blockSize();
      if (!medium.zero(task, position, blocks(list, at) * medium.blockSize(), true)) {
        return;
      }
    }
    medium.settle(task, false);
  }

  private boolean isGood(Task task, ByteBuffer list, int end) {
    if (end > LIST_HEADER + BlockLimits.MAX_UNMAP_DESCRIPTORS * DESCRIPTOR) {
      task.invalidParameter(DESCRIPTORS_LENGTH);
      return false;
    }
    long left = limits.maxUnmap();
    for (int at = LIST_HEADER; at < end; at += DESCRIPTOR) {
      if (!medium.contains(list.getLong(at), blocks(list, at))) {
        task.checkCondition(Sense.LBA_OUT_OF_RANGE);
        return false;
      }
      left -= blocks(list, at);
      if (left < 0) {
        task.invalidParameter(at + DESCRIPTOR_BLOCKS);
        return false;
      }
    }
    return true;
  }

  private static long blocks(ByteBuffer list, int descriptor) {
    return Integer.toUnsignedLong(list.getInt(descriptor + DESCRIPTOR_BLOCKS));
  }

  /**
   * WRITE SAME (10) and (16): one block, or with NDOB zeroes, everywhere. No number of blocks is up
   * to the end. With UNMAP, blocks of zeroes are given back.
   */
  void writeSame(Task task) {
    if (!medium.has(task)) {
      return;
    }
    long blocks = MediumCdb.blocks(task);
    if (blocks == 0) {
      blocks = medium.blocks() - MediumCdb.address(task);
    }
    if (blocks > limits.maxWriteSame()) {
      task.invalidField(MediumCdb.blocksField(task));
      return;
    }
    boolean hasData = (task.u8(1) & NO_DATA_OUT) == 0;
    if (hasData && !medium.brings(task, medium.blockSize())) {
      return;
    }
    long length = blocks * medium.blockSize();
    boolean done;
    if (hasData && !isZeroes(medium.gather(task, medium.blockSize()))) {
      done = writeGathered(task, length);
    } else {
      boolean unmap = unmaps && (task.u8(1) & UNMAP) != 0;
      done = medium.zero(task, medium.position(task), length, unmap);
    }
    if (done) {
      medium.settle(task, false);
    }
  }

  private static boolean isZeroes(ByteBuffer block) {
    for (int at = 0; at < block.limit(); at += Long.BYTES) {
      if (block.getLong(at) != 0) {
        return false;
      }
    }
    return true;
  }

  private boolean writeGathered(Task task, long length) {
    ByteBuffer blocks = medium.repeatGathered();
    for (long done = 0; done < length; done += blocks.limit()) {
      int count = (int) Math.min(length - done, Medium.BUFFER_SIZE);
      if (!medium.write(task, medium.position(task) + done, blocks.clear().limit(count))) {
        return false;
      }
    }
    return true;
  }

  /**
   * GET LBA STATUS: of the blocks from one on that are in the same state, as far as one command
   * looks. What the backend doesn't know counts as mapped.
   */
  void lbaStatus(Task task) {
    long address = MediumCdb.address(task);
    if (!medium.contains(address, 0)) {
      task.checkCondition(Sense.LBA_OUT_OF_RANGE, MediumCdb.addressField(task));
      return;
    }
    long start = address * medium.blockSize();
    long end = Math.min(medium.blocks() * medium.blockSize(), start + STATUS_REACH);
    boolean unmapped = unmaps && isUnmapped(start, end);
    long at = pieceEnd(start, end);
    while (at < end && (unmaps && isUnmapped(at, end)) == unmapped) {
      at = pieceEnd(at, end);
    }
    ByteBuffer reply = task.reply();
    reply.putInt(Integer.BYTES + DESCRIPTOR).putInt(0).putLong(address);
    reply.putInt((int) ((at - start) / medium.blockSize()));
    reply.put((byte) (unmapped ? DEALLOCATED : 0)).put((byte) 0).putShort((short) 0);
    task.send(task.u32(10));
  }

  private boolean isUnmapped(long at, long end) {
    return medium.isUnmapped(at, pieceEnd(at, end) - at);
  }

  private static long pieceEnd(long at, long end) {
    return Math.min(end, (at / STATUS_PIECE + 1) * STATUS_PIECE);
  }
}
