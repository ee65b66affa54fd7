package dev.virtio4j.pc;

import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.GuestMemoryException;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The RAM of the reference PC, from address 0. The window of the display adapter at A0000 to BFFFF
 * is not RAM: nothing answers there. What lies from C0000 to FFFFF is RAM, as on a chipset that
 * shadows its ROMs.
 *
 * <p>Writes from outside the CPU are told to the {@link CodeWatch}, so that DMA into code works.
 */
final class PhysicalMemory implements GuestMemory, Stateful {
  static final int MIN_SIZE = 1 << 20;
  static final int HOLE_START = 0xA0000;
  static final int HOLE_END = 0xC0000;

  private static final int PAGE = 4096;
  private static final byte[] ZEROES = new byte[PAGE];

  static final VarHandle INT16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle INT32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle INT64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Is told of every write to RAM that does not come from the CPU. */
  interface CodeWatch {
    /**
     * RAM was, or is about to be, written.
     *
     * @param address the physical address of the first byte
     * @param length how many bytes, at least 1
     */
    void written(int address, int length);
  }

  /** All of RAM; the CPU reads and writes it directly. */
  final byte[] ram;

  private final ByteBuffer view;
  private CodeWatch watch = (address, length) -> {};

  /**
   * Makes zeroed RAM.
   *
   * @param size its size in bytes, a multiple of 4096, at least 1 MiB
   * @throws IllegalArgumentException if the size is none of these
   */
  PhysicalMemory(int size) {
    if (size < MIN_SIZE || size % 4096 != 0) {
      throw new IllegalArgumentException(
          "memory of " + size + " bytes: give a multiple of 4096, at least 1 MiB");
    }
    ram = new byte[size];
    view = ByteBuffer.wrap(ram).order(ByteOrder.LITTLE_ENDIAN);
  }

  void setCodeWatch(CodeWatch watch) {
    this.watch = watch;
  }

  int size() {
    return ram.length;
  }

  /**
   * Whether a page is RAM.
   *
   * @param address any physical address in the page, unsigned
   * @return false for the display window and for what lies past the end of RAM
   */
  boolean isRam(int address) {
    return address >= 0 && address < ram.length && (address < HOLE_START || address >= HOLE_END);
  }

  /** Checks a range and gives its index in {@link #ram}. */
  private int index(long address, int length) {
    if (address < 0
        || length < 0
        || address > ram.length - (long) length
        || (address < HOLE_END && address + length > HOLE_START && length > 0)) {
      throw new GuestMemoryException(address, length);
    }
    return (int) address;
  }

  private int writeIndex(long address, int length) {
    int index = index(address, length);
    if (length > 0) {
      watch.written(index, length);
    }
    return index;
  }

  @Override
  public int load8(long address) {
    return ram[index(address, 1)] & 0xFF;
  }

  @Override
  public int load16(long address) {
    return (short) INT16.get(ram, index(address, 2)) & 0xFFFF;
  }

  @Override
  public int load32(long address) {
    return (int) INT32.get(ram, index(address, 4));
  }

  @Override
  public long load64(long address) {
    return (long) INT64.get(ram, index(address, 8));
  }

  @Override
  public void store8(long address, int value) {
    ram[writeIndex(address, 1)] = (byte) value;
  }

  @Override
  public void store16(long address, int value) {
    INT16.set(ram, writeIndex(address, 2), (short) value);
  }

  @Override
  public void store32(long address, int value) {
    INT32.set(ram, writeIndex(address, 4), value);
  }

  @Override
  public void store64(long address, long value) {
    INT64.set(ram, writeIndex(address, 8), value);
  }

  @Override
  public void read(long address, byte[] into, int offset, int length) {
    System.arraycopy(ram, index(address, length), into, offset, length);
  }

  @Override
  public void write(long address, byte[] from, int offset, int length) {
    System.arraycopy(from, offset, ram, writeIndex(address, length), length);
  }

  @Override
  public ByteBuffer readView(long address, int length) {
    return window(index(address, length), length);
  }

  @Override
  public ByteBuffer writeView(long address, int length) {
    return window(writeIndex(address, length), length);
  }

  private ByteBuffer window(int index, int length) {
    return view.clear().position(index).limit(index + length);
  }

  /** Pages that are all zero are left out. */
  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("memory", 1);
    out.i32(ram.length);
    for (int page = 0; page < ram.length; page += PAGE) {
      if (!Arrays.equals(ram, page, page + PAGE, ZEROES, 0, PAGE)) {
        out.i32(page);
        out.bytes(ram, page, PAGE);
      }
    }
    out.i32(ram.length);
    out.end();
  }

  /** The CPU does not see this as a write: it is loaded after its memory. */
  @Override
  public void load(StateReader in) throws IOException {
    in.begin("memory", 1);
    int size = in.i32();
    if (size != ram.length) {
      throw in.wrong("has " + size + " bytes, and the machine has " + ram.length);
    }
    Arrays.fill(ram, (byte) 0);
    int from = 0;
    for (int page = page(in, from); page < size; page = page(in, from)) {
      in.bytes(ram, page, PAGE);
      from = page + PAGE;
    }
    in.end();
  }

  /** Which page follows, none of those before; the size of RAM at the end. */
  private int page(StateReader in, int from) throws IOException {
    int page = in.i32(from, ram.length, "a page");
    if (page % PAGE != 0) {
      throw in.wrong("has a page at " + page);
    }
    return page;
  }
}
