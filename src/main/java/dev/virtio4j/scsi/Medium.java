package dev.virtio4j.scsi;

import dev.virtio4j.block.BlockBackend;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The blocks of a disk as its commands see them: what is checked before they are touched, buffers
 * for data that is looked at on its way, and the way to stable storage. Where the CDB is wrong or
 * the host fails, a method ends the task with sense data and returns false or null. Does not
 * allocate but for the buffers, once.
 */
final class Medium {
  /** How much fits in a buffer, in bytes: a multiple of every block size. */
  static final int BUFFER_SIZE = 64 * 1024;

  private final BlockBackend backend;
  private final WriteCache cache;
  private final int blockSize;
  private final BlockLimits limits;
  private final BlockAccess reading;
  private final BlockAccess writing;

  /** What was loaded, and what was gathered. */
  private ByteBuffer loaded;

  private ByteBuffer gathered;

  Medium(BlockBackend backend, WriteCache cache, int blockSize, BlockLimits limits) {
    this.backend = backend;
    this.cache = cache;
    this.blockSize = blockSize;
    this.limits = limits;
    reading = backend::read;
    writing = backend::write;
  }

  int blockSize() {
    return blockSize;
  }

  long blocks() {
    return backend.size() / blockSize;
  }

  // What a CDB may ask for.

  /** Nothing here can overflow. A length of 0 does not make an address good. */
  boolean contains(long address, long blocks) {
    return address >= 0 && address < blocks() && blocks <= blocks() - address;
  }

  /** Whether the blocks that the CDB names are there. */
  boolean has(Task task) {
    long address = MediumCdb.address(task);
    if (contains(address, MediumCdb.blocks(task))) {
      return true;
    }
    task.checkCondition(
        Sense.LBA_OUT_OF_RANGE,
        contains(address, 0) ? MediumCdb.blocksField(task) : MediumCdb.addressField(task));
    return false;
  }

  /** Whether the blocks that the CDB names are there, and not more than a command may touch. */
  boolean has(Task task, long maxBlocks) {
    if (!has(task)) {
      return false;
    }
    if (MediumCdb.blocks(task) > maxBlocks) {
      task.invalidField(MediumCdb.blocksField(task));
      return false;
    }
    return true;
  }

  /** As {@link #has(Task, long)} for a command that transfers, or reads, what its CDB names. */
  boolean transfers(Task task) {
    return has(task, limits.maxTransfer());
  }

  /** Whether the initiator sends as much as the command needs. */
  boolean brings(Task task, long length) {
    if (task.brings(length)) {
      return true;
    }
    task.invalidField(MediumCdb.blocksField(task));
    return false;
  }

  /** Where the first block of a command is, in bytes. */
  long position(Task task) {
    return MediumCdb.address(task) * blockSize;
  }

  /** How long the blocks of a command are, in bytes. */
  long length(Task task) {
    return MediumCdb.blocks(task) * blockSize;
  }

  // What the backend does.

  /** Reads. The position of a buffer that can't be filled is at the first block that is bad. */
  boolean read(Task task, long position, ByteBuffer into) {
    int start = into.position();
    try {
      reading.moveToBadBlock(position, into, blockSize);
      return true;
    } catch (IOException e) {
      int good = into.position() - start;
      task.hostFailed(e, Sense.UNRECOVERED_READ_ERROR, (position + good) / blockSize);
      return false;
    }
  }

  boolean write(Task task, long position, ByteBuffer from) {
    int start = from.position();
    try {
      writing.moveToBadBlock(position, from, blockSize);
      return true;
    } catch (IOException e) {
      int good = from.position() - start;
      task.hostFailed(e, Sense.WRITE_ERROR, (position + good) / blockSize);
      return false;
    }
  }

  /**
   * Writes, and if the host fails puts back what was there, so that the command can be repeated.
   */
  boolean replace(Task task, long position, ByteBuffer old, ByteBuffer by) {
    try {
      backend.write(position, by);
      return true;
    } catch (IOException e) {
      task.hostFailed(e, Sense.WRITE_ERROR, position / blockSize);
    }
    try {
      backend.write(position, old);
    } catch (IOException e) {
      task.hostFailure().addSuppressed(e);
    }
    return false;
  }

  boolean zero(Task task, long position, long length, boolean mayUnmap) {
    try {
      backend.zero(position, length, mayUnmap);
      return true;
    } catch (IOException e) {
      task.hostFailed(e, Sense.WRITE_ERROR, position / blockSize);
      return false;
    }
  }

  boolean flush(Task task) {
    try {
      cache.flush();
      return true;
    } catch (IOException e) {
      task.hostFailed(e, Sense.WRITE_ERROR);
      return false;
    }
  }

  /** Ends a command that wrote: on stable storage, unless that may wait. */
  void settle(Task task, boolean forceUnitAccess) {
    if (forceUnitAccess || !cache.isOn()) {
      flush(task);
    }
  }

  boolean isUnmapped(long position, long length) {
    return backend.isUnmapped(position, length);
  }

  // The buffers, for up to BUFFER_SIZE bytes.

  /** Whether to move data by way of a buffer: fewer calls where the initiator's are scattered. */
  boolean paysToBuffer() {
    return backend.mergeLimit() > 0;
  }

  /** What is on the medium. Where it can't be read, what is before that can be scattered. */
  ByteBuffer load(Task task, long position, int length) {
    if (loaded == null) {
      loaded = ByteBuffer.allocateDirect(BUFFER_SIZE);
    }
    boolean whole = read(task, position, loaded.clear().limit(length));
    loaded.flip();
    return whole ? loaded : null;
  }

  /** Sends what was loaded, for which there must be room. */
  void scatter(Task task) {
    int end = loaded.limit();
    while (loaded.position() < end) {
      ByteBuffer piece = task.nextIn(end - loaded.position());
      int count = piece.remaining();
      piece.put(loaded.limit(loaded.position() + count));
      loaded.limit(end);
      task.commitIn(count);
    }
  }

  /** The next that the initiator sends, which it must have. */
  ByteBuffer gather(Task task, int length) {
    if (gathered == null) {
      gathered = ByteBuffer.allocateDirect(BUFFER_SIZE);
    }
    gathered.clear();
    while (gathered.position() < length) {
      gathered.put(task.nextOut(length - gathered.position()));
    }
    return gathered.flip();
  }

  /** A buffer full of the block that was gathered. */
  ByteBuffer repeatGathered() {
    gathered.clear();
    for (int at = blockSize; at < BUFFER_SIZE; at += blockSize) {
      gathered.put(at, gathered, 0, blockSize);
    }
    return gathered;
  }
}
