package dev.virtio4j.virtio;

import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.GuestMemoryException;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The buffers of one request, as two streams of bytes: what the device reads, then what it writes.
 * Where one descriptor ends and the next begins makes no difference to who uses it.
 *
 * <p>A queue has a pool of these. One that {@link Virtqueue#next} gave belongs to the device until
 * {@link #complete}; several can be out at a time and complete in any order. Doesn't allocate,
 * except the first time that a host gives no windows on its memory.
 *
 * <p>Every access may throw {@link GuestMemoryException}, since a guest can name any address; then
 * no byte of that access was moved.
 */
public final class DescriptorChain {
  /** The most buffers in a chain, those in indirect tables included; QEMU's limit. */
  static final int MAX_DESCRIPTORS = 1024;

  /** The most bytes that move at once: bounds the buffers that hosts and backends copy through. */
  private static final int PIECE_SIZE = 64 * 1024;

  private static final int INITIAL_SEGMENTS = 64;

  private final Virtqueue queue;
  private final GuestMemory memory;

  /** Grow to {@link #MAX_DESCRIPTORS}, if chains of that length come. */
  private long[] addresses = new long[INITIAL_SEGMENTS];

  private long[] lengths = new long[INITIAL_SEGMENTS];
  private final Cursor readable = new Cursor();
  private final Cursor writable = new Cursor();
  private final Scratch scratch;

  private int ring;
  private int head;
  private int descriptors;
  private int segments;
  private int readableSegments;

  private int pieceLength;
  private boolean pieceIsScratch;
  private long written;
  private long markedWritten;

  DescriptorChain(Virtqueue queue, GuestMemory memory, Scratch scratch) {
    this.queue = queue;
    this.memory = memory;
    this.scratch = scratch;
  }

  /** What a piece goes through on a host that gives no windows; the chains of a queue share it. */
  static final class Scratch {
    private byte[] bytes;
    private ByteBuffer buffer;

    private ByteBuffer buffer(int length) {
      if (bytes == null) {
        bytes = new byte[PIECE_SIZE];
        buffer = ByteBuffer.wrap(bytes);
      }
      return buffer.clear().limit(length);
    }
  }

  /** A place in one of the two streams. The segment that it names has bytes left if any are. */
  private final class Cursor {
    private int segment;
    private long offset;
    private long remaining;

    private int markedSegment;
    private long markedOffset;
    private long markedRemaining;

    void mark() {
      markedSegment = segment;
      markedOffset = offset;
      markedRemaining = remaining;
    }

    void reset() {
      segment = markedSegment;
      offset = markedOffset;
      remaining = markedRemaining;
    }

    /** Passes over bytes, segment by segment. */
    void skip(long count) {
      for (long left = count; left > 0; ) {
        long step = contiguous(left);
        advance(step);
        left -= step;
      }
    }

    void start(int firstSegment, long length) {
      segment = firstSegment;
      offset = 0;
      remaining = length;
    }

    long address() {
      return addresses[segment] + offset;
    }

    /** How many bytes lie at {@link #address} in one piece, up to a limit. */
    long contiguous(long limit) {
      return Math.min(limit, lengths[segment] - offset);
    }

    void advance(long count) {
      offset += count;
      remaining -= count;
      if (offset == lengths[segment]) {
        segment++;
        offset = 0;
      }
    }
  }

  /**
   * Walks the descriptors from a head in the queue's table, and reads each of them once.
   *
   * @param ring which of the queue's rings the chain is of
   * @param head the first descriptor, below the size
   * @param table the guest-physical address of the queue's table
   * @param size how many descriptors that has
   * @return null, or the rule that the chain breaks
   */
  ChainFault gather(int ring, int head, long table, int size) {
    this.ring = ring;
    this.head = head;
    descriptors = 0;
    segments = 0;
    readableSegments = 0;
    written = 0;
    readable.remaining = 0;
    writable.remaining = 0;
    ChainFault fault;
    try {
      fault = walk(head, table, size, false);
    } catch (GuestMemoryException e) {
      fault = ChainFault.TABLE_NOT_RAM;
    }
    readable.start(0, readable.remaining);
    writable.start(readableSegments, writable.remaining);
    return fault;
  }

  private ChainFault walk(int first, long table, int size, boolean indirect) {
    int index = first;
    for (int visited = 0; ; visited++) {
      if (index >= size) {
        return ChainFault.NEXT_OUT_OF_RANGE;
      }
      if (visited == size) {
        return ChainFault.LOOP;
      }
      long descriptor = table + (long) index * Vring.DESCRIPTOR_SIZE;
      long address = memory.load64(descriptor);
      long rest = memory.load64(descriptor + Vring.DESCRIPTOR_LENGTH);
      long length = rest & 0xFFFF_FFFFL;
      int flags = (int) (rest >>> 32) & 0xFFFF;

      ChainFault fault;
      if ((flags & Vring.F_INDIRECT) == 0) {
        fault = add(address, length, (flags & Vring.F_WRITE) != 0);
      } else if (indirect) {
        fault = ChainFault.NESTED_INDIRECT;
      } else {
        fault = walkIndirect(address, length);
      }
      if (fault != null || (flags & Vring.F_NEXT) == 0) {
        return fault;
      }
      index = (int) (rest >>> 48);
    }
  }

  private ChainFault walkIndirect(long table, long length) {
    if (length == 0 || length % Vring.DESCRIPTOR_SIZE != 0) {
      return ChainFault.INDIRECT_LENGTH;
    }
    return walk(0, table, (int) (length / Vring.DESCRIPTOR_SIZE), true);
  }

  private ChainFault add(long address, long length, boolean deviceWrites) {
    if (++descriptors > MAX_DESCRIPTORS) {
      return ChainFault.TOO_LONG;
    }
    if (!deviceWrites && segments > readableSegments) {
      return ChainFault.READABLE_AFTER_WRITABLE;
    }
    if (length == 0) {
      return null; // has no bytes, so it is no part of the stream
    }
    if (segments == addresses.length) {
      addresses = Arrays.copyOf(addresses, 2 * segments);
      lengths = Arrays.copyOf(lengths, 2 * segments);
    }
    addresses[segments] = address;
    lengths[segments] = length;
    segments++;
    if (deviceWrites) {
      writable.remaining += length;
    } else {
      readable.remaining += length;
      readableSegments++;
    }
    return null;
  }

  /**
   * What is left to read.
   *
   * @return bytes
   */
  public long readable() {
    return readable.remaining;
  }

  /**
   * The length of the device-readable buffer whose first byte is the next to be read. For a request
   * of which one field is by its definition a buffer of its own.
   *
   * @return bytes; 0 if the next byte is not the first of a buffer, or there is none
   */
  public long nextReadableBuffer() {
    boolean atStart = readable.remaining > 0 && readable.offset == 0;
    return atStart ? readable.contiguous(readable.remaining) : 0;
  }

  /**
   * What is left to write.
   *
   * @return bytes
   */
  public long writable() {
    return writable.remaining;
  }

  /**
   * Reads the next four bytes as a little-endian value.
   *
   * @return the value
   * @throws IndexOutOfBoundsException if fewer are left
   * @throws GuestMemoryException if they are not in RAM
   */
  public int read32() {
    check(4, readable.remaining);
    if (readable.contiguous(4) == 4) {
      int value = memory.load32(readable.address());
      readable.advance(4);
      return value;
    }
    return (int) readSplit(4);
  }

  /**
   * Reads the next eight bytes as a little-endian value.
   *
   * @return the value
   * @throws IndexOutOfBoundsException if fewer are left
   * @throws GuestMemoryException if they are not in RAM
   */
  public long read64() {
    check(8, readable.remaining);
    if (readable.contiguous(8) == 8) {
      long value = memory.load64(readable.address());
      readable.advance(8);
      return value;
    }
    return readSplit(8);
  }

  /** Reads a value that lies in several segments. */
  private long readSplit(int width) {
    long value = 0;
    for (int i = 0; i < width; i++) {
      value |= (long) memory.load8(readable.address()) << (8 * i);
      readable.advance(1);
    }
    return value;
  }

  /**
   * Reads the next bytes.
   *
   * @param into where to
   * @param offset in there
   * @param length how many bytes
   * @throws IndexOutOfBoundsException if fewer are left to read
   * @throws GuestMemoryException if they are not in RAM
   */
  public void read(byte[] into, int offset, int length) {
    check(length, readable.remaining);
    for (int done = 0; done < length; ) {
      int count = (int) readable.contiguous(length - done);
      memory.read(readable.address(), into, offset + done, count);
      readable.advance(count);
      done += count;
    }
  }

  /**
   * Passes over some of the bytes to read.
   *
   * @param count how many bytes, 0 or more
   * @throws IndexOutOfBoundsException if fewer are left
   */
  public void skipReadable(long count) {
    check(count, readable.remaining);
    readable.skip(count);
  }

  /**
   * Reads some of the next bytes, as many as can be had at once.
   *
   * @param limit the most bytes wanted, at least 1
   * @return a buffer whose remaining bytes are what was read, at least one; valid until the next
   *     call to any chain or to guest memory
   * @throws IndexOutOfBoundsException if no byte is left
   * @throws GuestMemoryException if they are not in RAM
   */
  public ByteBuffer readPiece(long limit) {
    check(1, readable.remaining);
    int length = (int) readable.contiguous(Math.min(limit, PIECE_SIZE));
    ByteBuffer window = memory.readView(readable.address(), length);
    if (window == null) {
      window = scratch.buffer(length);
      memory.read(readable.address(), scratch.bytes, 0, length);
    }
    readable.advance(length);
    return window;
  }

  /**
   * Opens some of the next bytes for writing, as many as can be had at once. They count as written
   * with {@link #commitPiece}; without it the next write starts at the same byte.
   *
   * @param limit the most bytes wanted, at least 1
   * @return a buffer to be filled from its position to its limit, at least one byte; valid until
   *     the next call to any chain or to guest memory
   * @throws IndexOutOfBoundsException if no byte is left
   * @throws GuestMemoryException if they are not in RAM
   */
  public ByteBuffer writePiece(long limit) {
    check(1, writable.remaining);
    pieceLength = (int) writable.contiguous(Math.min(limit, PIECE_SIZE));
    ByteBuffer window = memory.writeView(writable.address(), pieceLength);
    pieceIsScratch = window == null;
    return pieceIsScratch ? scratch.buffer(pieceLength) : window;
  }

  /**
   * Takes the buffer of the last {@link #writePiece} as filled.
   *
   * @throws GuestMemoryException if the bytes are not in RAM
   */
  public void commitPiece() {
    if (pieceIsScratch) {
      memory.write(writable.address(), scratch.bytes, 0, pieceLength);
    }
    writable.advance(pieceLength);
    written += pieceLength;
  }

  /**
   * Writes the next byte.
   *
   * @param value the byte in the low 8 bits
   * @throws IndexOutOfBoundsException if no byte is left
   * @throws GuestMemoryException if it is not in RAM
   */
  public void write8(int value) {
    check(1, writable.remaining);
    memory.store8(writable.address(), value);
    writable.advance(1);
    written++;
  }

  /**
   * Writes the next bytes.
   *
   * @param from the bytes, from its start on
   * @param length how many of them
   * @throws IndexOutOfBoundsException if fewer are left to write
   * @throws GuestMemoryException if they are not in RAM; those before them are written
   */
  public void write(byte[] from, int length) {
    check(length, writable.remaining);
    for (int done = 0; done < length; ) {
      int count = (int) writable.contiguous(length - done);
      memory.write(writable.address(), from, done, count);
      writable.advance(count);
      written += count;
      done += count;
    }
  }

  /**
   * Goes back to the marked place in what is to be written, and nowhere else: for a field that
   * stands before what is known first. What was written since still counts.
   */
  public void backToMarkedWritable() {
    writable.reset();
  }

  /**
   * Passes over some of the bytes to write: they stay as they are and don't count as written.
   *
   * @param count how many bytes, 0 or more
   * @throws IndexOutOfBoundsException if fewer are left
   */
  public void skipWritable(long count) {
    check(count, writable.remaining);
    writable.skip(count);
  }

  /** Marks the places in both streams, for {@link #reset}. */
  public void mark() {
    readable.mark();
    writable.mark();
    markedWritten = written;
  }

  /** Goes back to the marked places, as if nothing had been read or written since. */
  public void reset() {
    readable.reset();
    writable.reset();
    written = markedWritten;
  }

  /**
   * Whether the driver has taken the ring away that the chain came from, by a reset or a new
   * address. Its buffers are the driver's own then: nothing may be written to them any more.
   *
   * @return true if {@link #complete} will return nothing
   */
  public boolean isAbandoned() {
    return !queue.isOf(ring);
  }

  /**
   * Returns the buffers to the driver, with the number of bytes that were written (0.9.5, section
   * 2.4.1 and struct vring_used_elem). The chain is not to be used after this. If the queue was
   * reset meanwhile, nothing is returned.
   */
  public void complete() {
    queue.complete(this, ring, head, (int) Math.min(written, 0xFFFF_FFFFL));
  }

  /**
   * Saves the chain, as it is after {@link #reset}: what is left to read and to write, not the
   * bytes themselves.
   *
   * @param out where to
   * @throws IOException if it can't be written
   */
  public void save(StateWriter out) throws IOException {
    reset();
    out.begin("chain", 1);
    out.i32(head);
    out.i32(segments);
    out.i32(readableSegments);
    for (int i = 0; i < segments; i++) {
      out.i64(addresses[i]);
      out.i64(lengths[i]);
    }
    out.i64(readable.remaining);
    out.i64(writable.remaining);
    out.i64(written);
    out.end();
  }

  void load(StateReader in, int ring, int size) throws IOException {
    in.begin("chain", 1);
    this.ring = ring;
    head = in.i32(0, size - 1, "a head");
    int count = in.i32(0, MAX_DESCRIPTORS, "the number of buffers");
    int readableCount = in.i32(0, count, "the number of buffers to read");
    descriptors = 0;
    segments = 0;
    readableSegments = 0;
    readable.remaining = 0;
    writable.remaining = 0;
    for (int i = 0; i < count; i++) {
      long address = in.i64();
      add(address, in.i64(1, 0xFFFF_FFFFL, "the length of a buffer"), i >= readableCount);
    }
    loadCursor(in, readable, 0);
    loadCursor(in, writable, readableSegments);
    written = in.i64(0, 0xFFFF_FFFFL * MAX_DESCRIPTORS, "the bytes written");
    mark();
    in.end();
  }

  private void loadCursor(StateReader in, Cursor cursor, int firstSegment) throws IOException {
    long total = cursor.remaining;
    long remaining = in.i64(0, total, "the bytes left");
    cursor.start(firstSegment, total);
    cursor.skip(total - remaining);
  }

  private static void check(long wanted, long remaining) {
    if (wanted < 0 || wanted > remaining) {
      throw new IndexOutOfBoundsException(wanted + " bytes wanted, " + remaining + " left");
    }
  }
}
