package dev.virtio4j.fuzz;

import dev.virtio4j.fuzz.ModelMemory.NotRam;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The buffers of a request, in the model. */
final class ModelChain {
  /** The longest chain that the device takes, descriptors of indirect tables included. */
  static final int MAX_DESCRIPTORS = 1024;

  private static final int NEXT = 1;
  private static final int WRITE = 2;
  private static final int INDIRECT = 4;

  /** A piece of guest memory. */
  record Buffer(long address, long length) {}

  private final ModelMemory memory;
  private final ModelQueue queue;
  private final int ring;
  private final int head;
  private final List<Buffer> readable = new ArrayList<>();
  private final List<Buffer> writable = new ArrayList<>();
  private final List<Buffer> indirectTables = new ArrayList<>();
  private int descriptors;

  /** How many bytes the device wrote. */
  private long written;

  ModelChain(ModelMemory memory, ModelQueue queue, int ring, int head) {
    this.memory = memory;
    this.queue = queue;
    this.ring = ring;
    this.head = head;
  }

  ModelQueue queue() {
    return queue;
  }

  int ring() {
    return ring;
  }

  int head() {
    return head;
  }

  /**
   * Collects the buffers (0.9.5, section 2.3).
   *
   * @return null, or what is wrong with the chain
   */
  Malformed gather(long table, int size) {
    return gather(table, size, head, false);
  }

  private Malformed gather(long table, long size, int first, boolean indirect) {
    int index = first;
    for (long walked = 0; walked < size; walked++) {
      if (index >= size) {
        return indirect ? Malformed.NEXT_IN_INDIRECT_TABLE : Malformed.NEXT;
      }
      long address;
      long length;
      long flags;
      int next;
      try {
        address = memory.load(table + 16L * index, 8);
        length = memory.load(table + 16L * index + 8, 4);
        flags = memory.load(table + 16L * index + 12, 2);
        next = (int) memory.load(table + 16L * index + 14, 2);
      } catch (NotRam e) {
        return Malformed.INDIRECT_TABLE_NOT_RAM; // the main one is RAM, as the rings behind it are
      }
      Malformed wrong =
          (flags & INDIRECT) == 0
              ? add(new Buffer(address, length), (flags & WRITE) != 0)
              : indirect ? Malformed.NESTED_INDIRECT_TABLE : gatherIndirect(address, length);
      if (wrong != null || (flags & NEXT) == 0) {
        return wrong;
      }
      index = next;
    }
    if (index >= size) {
      return indirect ? Malformed.NEXT_IN_INDIRECT_TABLE : Malformed.NEXT;
    }
    return indirect ? Malformed.LOOP_IN_INDIRECT_TABLE : Malformed.LOOP;
  }

  private Malformed gatherIndirect(long table, long length) {
    if (length == 0) {
      return Malformed.INDIRECT_TABLE_EMPTY;
    }
    indirectTables.add(new Buffer(table, length));
    return length % 16 != 0 ? Malformed.INDIRECT_TABLE_LENGTH : gather(table, length / 16, 0, true);
  }

  private Malformed add(Buffer buffer, boolean deviceWrites) {
    descriptors++;
    if (descriptors > MAX_DESCRIPTORS) {
      return Malformed.TOO_LONG;
    }
    if (!deviceWrites && !writable.isEmpty()) {
      return Malformed.READABLE_AFTER_WRITABLE;
    }
    if (buffer.length > 0) {
      (deviceWrites ? writable : readable).add(buffer);
    }
    return null;
  }

  long readable() {
    return length(readable);
  }

  long writable() {
    return length(writable);
  }

  long written() {
    return written;
  }

  /** Bytes that the guest sends, little-endian. */
  ByteBuffer read(long from, int length) throws NotRam {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    for (Buffer piece : slice(readable, from, length)) {
      int index = memory.index(piece.address, piece.length);
      bytes.put(memory.bytes(), index, (int) piece.length);
    }
    return bytes.flip();
  }

  /** The pieces of memory that hold a part of what the guest sends. */
  List<Buffer> readablePieces(long from, long length) {
    return slice(readable, from, length);
  }

  /** The pieces of memory for a part of what the guest gets. */
  List<Buffer> writablePieces(long from, long length) {
    return slice(writable, from, length);
  }

  /** Where descriptors are, beside the queue's table. */
  List<Buffer> indirectTables() {
    return indirectTables;
  }

  /** Nothing was written yet. */
  void rewind() {
    written = 0;
  }

  /** Writes the next bytes; all of them or none. */
  void put(Buffer piece, byte[] from, int position) throws NotRam {
    int index = memory.index(piece.address, piece.length);
    System.arraycopy(from, position, memory.bytes(), index, (int) piece.length);
    written += piece.length;
  }

  /** Writes bytes at a place of what the guest gets, into each buffer as a whole or not at all. */
  void putAt(long at, byte[] from) throws NotRam {
    int done = 0;
    for (Buffer piece : slice(writable, at, from.length)) {
      put(piece, from, done);
      done += (int) piece.length;
    }
  }

  /** More bytes were written. */
  void wrote(long count) {
    written += count;
  }

  /** The length of the buffer that begins at a place of what the guest sends; 0 if none does. */
  long readableBufferAt(long at) {
    long start = 0;
    for (Buffer buffer : readable) {
      if (start == at) {
        return buffer.length;
      }
      start += buffer.length;
    }
    return 0;
  }

  /** Writes the last byte. */
  void putStatus(int status) throws NotRam {
    Buffer last = slice(writable, writable() - 1, 1).get(0);
    memory.store(last.address, 1, status);
    written++;
  }

  static long length(Collection<Buffer> buffers) {
    long length = 0;
    for (Buffer buffer : buffers) {
      length += buffer.length;
    }
    return length;
  }

  private static List<Buffer> slice(List<Buffer> buffers, long from, long length) {
    List<Buffer> slice = new ArrayList<>();
    long start = 0;
    for (Buffer buffer : buffers) {
      long first = Math.max(from, start);
      long end = Math.min(from + length, start + buffer.length);
      if (first < end) {
        slice.add(new Buffer(buffer.address + first - start, end - first));
      }
      start += buffer.length;
    }
    return slice;
  }
}
