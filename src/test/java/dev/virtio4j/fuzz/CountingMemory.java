package dev.virtio4j.fuzz;

import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.testing.TestMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Guest memory that counts what is done to it, and fails when that is too much. Its windows hold
 * the asked range and no byte more, and those for reading can't be written.
 */
final class CountingMemory implements GuestMemory {
  private final TestMemory memory;
  private final long maxAccesses;
  private final long maxBytes;
  private long accesses;
  private long bytes;

  /**
   * Makes zeroed RAM.
   *
   * @param size bytes
   * @param views whether it gives windows on itself
   * @param maxAccesses the most accesses allowed between two calls of {@link #restart}
   * @param maxBytes the most bytes that these may be about
   */
  CountingMemory(int size, boolean views, long maxAccesses, long maxBytes) {
    memory = new TestMemory(size, views);
    this.maxAccesses = maxAccesses;
    this.maxBytes = maxBytes;
  }

  /** All of RAM. */
  byte[] ram() {
    return memory.ram;
  }

  /** How many accesses there were since the last {@link #restart}. */
  long accesses() {
    return accesses;
  }

  /** How many bytes these were about. */
  long bytes() {
    return bytes;
  }

  /** Counts from 0 again. */
  void restart() {
    accesses = 0;
    bytes = 0;
  }

  private void count(int length) {
    accesses++;
    bytes += length;
    if (accesses > maxAccesses || bytes > maxBytes) {
      throw new AssertionError("too much work: %d accesses, %d bytes".formatted(accesses, bytes));
    }
  }

  @Override
  public int load8(long address) {
    count(1);
    return memory.load8(address);
  }

  @Override
  public int load16(long address) {
    count(2);
    return memory.load16(address);
  }

  @Override
  public int load32(long address) {
    count(4);
    return memory.load32(address);
  }

  @Override
  public long load64(long address) {
    count(8);
    return memory.load64(address);
  }

  @Override
  public void store8(long address, int value) {
    count(1);
    memory.store8(address, value);
  }

  @Override
  public void store16(long address, int value) {
    count(2);
    memory.store16(address, value);
  }

  @Override
  public void store32(long address, int value) {
    count(4);
    memory.store32(address, value);
  }

  @Override
  public void store64(long address, long value) {
    count(8);
    memory.store64(address, value);
  }

  @Override
  public void read(long address, byte[] into, int offset, int length) {
    count(length);
    memory.read(address, into, offset, length);
  }

  @Override
  public void write(long address, byte[] from, int offset, int length) {
    count(length);
    memory.write(address, from, offset, length);
  }

  @Override
  public ByteBuffer readView(long address, int length) {
    count(length);
    ByteBuffer view = memory.readView(address, length);
    return view == null ? null : view.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public ByteBuffer writeView(long address, int length) {
    count(length);
    ByteBuffer view = memory.writeView(address, length);
    return view == null ? null : view.slice().order(ByteOrder.LITTLE_ENDIAN);
  }
}
