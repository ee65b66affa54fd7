package dev.virtio4j.testing;

import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.GuestMemoryException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Guest memory on an array, from address 0. */
public final class TestMemory implements GuestMemory {
  /** All of RAM. */
  public final byte[] ram;

  private final ByteBuffer buffer;
  private final ByteBuffer window;
  private final boolean views;

  /**
   * Makes zeroed RAM.
   *
   * @param size bytes
   * @param views whether it gives windows on itself
   */
  public TestMemory(int size, boolean views) {
    ram = new byte[size];
    buffer = ByteBuffer.wrap(ram).order(ByteOrder.LITTLE_ENDIAN);
    window = ByteBuffer.wrap(ram).order(ByteOrder.LITTLE_ENDIAN);
    this.views = views;
  }

  private int index(long address, int length) {
    if (address < 0 || length < 0 || address > ram.length - (long) length) {
      throw new GuestMemoryException(address, length);
    }
    return (int) address;
  }

  @Override
  public int load8(long address) {
    return buffer.get(index(address, 1)) & 0xFF;
  }

  @Override
  public int load16(long address) {
    return buffer.getShort(index(address, 2)) & 0xFFFF;
  }

  @Override
  public int load32(long address) {
    return buffer.getInt(index(address, 4));
  }

  @Override
  public long load64(long address) {
    return buffer.getLong(index(address, 8));
  }

  @Override
  public void store8(long address, int value) {
    buffer.put(index(address, 1), (byte) value);
  }

  @Override
  public void store16(long address, int value) {
    buffer.putShort(index(address, 2), (short) value);
  }

  @Override
  public void store32(long address, int value) {
    buffer.putInt(index(address, 4), value);
  }

  @Override
  public void store64(long address, long value) {
    buffer.putLong(index(address, 8), value);
  }

  @Override
  public void read(long address, byte[] into, int offset, int length) {
    System.arraycopy(ram, index(address, length), into, offset, length);
  }

  @Override
  public void write(long address, byte[] from, int offset, int length) {
    System.arraycopy(from, offset, ram, index(address, length), length);
  }

  @Override
  public ByteBuffer readView(long address, int length) {
    int index = index(address, length);
    return views ? window.clear().position(index).limit(index + length) : null;
  }

  @Override
  public ByteBuffer writeView(long address, int length) {
    return readView(address, length);
  }
}
