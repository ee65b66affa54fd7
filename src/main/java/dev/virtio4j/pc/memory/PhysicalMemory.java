package dev.virtio4j.pc.memory;

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
 * The memory of the reference PC: RAM from address 0, and the firmware's ROM.
 *
 * <pre>
 *   00000000  RAM
 *   000A0000  the window of the display adapter: nothing answers
 *   000C0000  RAM or not, each 16 KiB for reading and for writing as the chipset has it; where it is
 *             not: the last 128 KiB of the ROM from E0000 on for reading, else nothing
 *   00100000  RAM up to its size
 *             nothing
 *             the ROM, up to 4 GiB
 * </pre>
 *
 * <p>What the CPU finds at an address, and through the A20 gate, is a place in one array that has
 * the RAM and behind it the ROM: {@link #readPlace}, {@link #writePlace}. Devices reach what is RAM
 * for the CPU, past the A20 gate. Their writes are told to the {@link CodeWatch}, so that DMA into
 * code works.
 */
public final class PhysicalMemory implements GuestMemory, Stateful {
  /** The least RAM there can be, in bytes. */
  public static final int MIN_SIZE = 1 << 20;

  /** Where RAM ends for the window of the display adapter. */
  public static final int HOLE_START = 0xA0000;

  /** Where that window ends. */
  public static final int HOLE_END = 0xC0000;

  /** The largest ROM, in bytes. */
  public static final int MAX_ROM = 256 << 10;

  /** The unit of a ROM's size, in bytes. */
  public static final int ROM_UNIT = 64 << 10;

  /** For {@link #map}: all of C0000 to FFFFF. */
  public static final int ALL_WINDOWS = 0xFFFF;

  private static final int WINDOW_SHIFT = 14;
  private static final int WINDOWS_END = 1 << 20;

  /** How much of the ROM is seen below 1 MiB as well. */
  private static final int LOW_ROM = 128 << 10;

  private static final int A20 = 1 << 20;

  /** A place that is none: negative, with the offset in the page. */
  private static final int NOWHERE = -4096;

  private static final int PAGE = 4096;
  private static final byte[] ZEROES = new byte[PAGE];

  /** Two bytes of an array, little-endian. */
  public static final VarHandle INT16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  /** Four bytes of an array, little-endian. */
  public static final VarHandle INT32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** Eight bytes of an array, little-endian. */
  public static final VarHandle INT64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Is told of every write to RAM that does not come from the CPU. */
  public interface CodeWatch {
    /**
     * RAM was, or is about to be, written.
     *
     * @param address the physical address of the first byte
     * @param length how many bytes, at least 1
     */
    void written(int address, int length);
  }

  /** All of RAM, and behind it the ROM; the CPU reads and writes it directly. */
  public final byte[] ram;

  private final int size;
  private final ByteBuffer view;
  private CodeWatch watch = (address, length) -> {};
  private Runnable remapped = () -> {};

  private int romSize;

  /** Which windows of 16 KiB from C0000 on are RAM, a bit each. */
  private int readable = ALL_WINDOWS;

  private int writable = ALL_WINDOWS;

  /** What the A20 gate lets through. */
  private int gate = -1;

  /**
   * Makes zeroed RAM.
   *
   * @param size its size in bytes, a multiple of 4096, at least 1 MiB
   * @throws IllegalArgumentException if the size is none of these
   */
  public PhysicalMemory(int size) {
    if (size < MIN_SIZE || size % 4096 != 0) {
      throw new IllegalArgumentException(
          "memory of " + size + " bytes: give a multiple of 4096, at least 1 MiB");
    }
    this.size = size;
    ram = new byte[size + MAX_ROM];
    view = ByteBuffer.wrap(ram).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Has somebody told of writes that do not come from the CPU.
   *
   * @param watch is told
   */
  public void setCodeWatch(CodeWatch watch) {
    this.watch = watch;
  }

  /**
   * Has somebody told when another place may be found at an address.
   *
   * @param remapped is run after the change
   */
  public void onRemap(Runnable remapped) {
    this.remapped = remapped;
  }

  /** {@return how much RAM there is, in bytes} */
  public int size() {
    return size;
  }

  /**
   * Puts a ROM in, before anything runs.
   *
   * @param rom its content; its size is a multiple of {@link #ROM_UNIT} up to {@link #MAX_ROM}
   */
  public void putRom(byte[] rom) {
    romSize = rom.length;
    System.arraycopy(rom, 0, ram, size, romSize);
  }

  /**
   * Says what is RAM from C0000 on: at first all.
   *
   * @param readable the windows of 16 KiB that are RAM for reading, bit 0 at C0000
   * @param writable those that are RAM for writing
   */
  public void map(int readable, int writable) {
    if (readable != this.readable || writable != this.writable) {
      this.readable = readable;
      this.writable = writable;
      remapped.run();
    }
  }

  /**
   * Opens or closes the A20 gate, which is open at first.
   *
   * @param open whether address bit 20 of the CPU counts
   */
  public void setA20(boolean open) {
    int mask = open ? -1 : ~A20;
    if (mask != gate) {
      gate = mask;
      remapped.run();
    }
  }

  /**
   * What the CPU reads at an address.
   *
   * @param address any physical address, unsigned
   * @return its index in {@link #ram}; negative where nothing answers. All of a page is alike.
   */
  public int readPlace(int address) {
    int gated = address & gate;
    return isRam(gated, readable) ? gated : romPlace(gated);
  }

  /**
   * What the CPU writes at an address.
   *
   * @param address any physical address, unsigned
   * @return its index in {@link #ram}; negative where a write is lost. All of a page is alike.
   */
  public int writePlace(int address) {
    int gated = address & gate;
    return isRam(gated, writable) ? gated : NOWHERE | (gated & (PAGE - 1));
  }

  /**
   * Whether something can be at a place.
   *
   * @param place an index in {@link #ram}
   * @param write whether it can be written
   * @return true if so, with the chipset set up in any way
   */
  public boolean isPlace(int place, boolean write) {
    return isRam(place, ALL_WINDOWS) || (!write && place >= size && place < size + romSize);
  }

  private boolean isRam(int address, int windows) {
    if (address < 0 || address >= size) {
      return false;
    }
    if (address < HOLE_START || address >= WINDOWS_END) {
      return true;
    }
    return address >= HOLE_END && (windows >>> ((address - HOLE_END) >> WINDOW_SHIFT) & 1) != 0;
  }

  private int romPlace(int address) {
    boolean low = address >= WINDOWS_END - LOW_ROM && address < WINDOWS_END;
    int beforeEnd = low ? WINDOWS_END - address : -address;
    // the negative of 80000000h is itself
    boolean there = (low || address < 0) && beforeEnd > 0 && beforeEnd <= romSize;
    return there ? size + romSize - beforeEnd : NOWHERE | (address & (PAGE - 1));
  }

  /** Checks a range and gives its index in {@link #ram}. */
  private int index(long address, int length, int windows) {
    if (address < 0
        || length < 0
        || address > size - (long) length
        || (address < WINDOWS_END
            && address + length > HOLE_START
            && !isRam((int) address, length, windows))) {
      throw new GuestMemoryException(address, length);
    }
    return (int) address;
  }

  private boolean isRam(int address, int length, int windows) {
    int end = Math.min(address + length, WINDOWS_END);
    for (int at = Math.max(address, HOLE_START); at < end; at = (at | PAGE - 1) + 1) {
      if (!isRam(at, windows)) {
        return false;
      }
    }
    return true;
  }

  private int readIndex(long address, int length) {
    return index(address, length, readable);
  }

  private int writeIndex(long address, int length) {
    int index = index(address, length, writable);
    if (length > 0) {
      watch.written(index, length);
    }
    return index;
  }

  @Override
  public int load8(long address) {
    return ram[readIndex(address, 1)] & 0xFF;
  }

  @Override
  public int load16(long address) {
    return (short) INT16.get(ram, readIndex(address, 2)) & 0xFFFF;
  }

  @Override
  public int load32(long address) {
    return (int) INT32.get(ram, readIndex(address, 4));
  }

  @Override
  public long load64(long address) {
    return (long) INT64.get(ram, readIndex(address, 8));
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
    System.arraycopy(ram, readIndex(address, length), into, offset, length);
  }

  @Override
  public void write(long address, byte[] from, int offset, int length) {
    System.arraycopy(from, offset, ram, writeIndex(address, length), length);
  }

  @Override
  public ByteBuffer readView(long address, int length) {
    return window(readIndex(address, length), length);
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
    out.begin("memory", 2);
    out.i32(size);
    for (int page = 0; page < size; page += PAGE) {
      if (!Arrays.equals(ram, page, page + PAGE, ZEROES, 0, PAGE)) {
        out.i32(page);
        out.bytes(ram, page, PAGE);
      }
    }
    out.i32(size);
    out.i32(romSize);
    out.bytes(ram, size, romSize);
    out.i32(readable);
    out.i32(writable);
    out.flag(gate == -1);
    out.end();
  }

  /** The CPU does not see this as a write: it is loaded after its memory. */
  @Override
  public void load(StateReader in) throws IOException {
    in.begin("memory", 2);
    int saved = in.i32();
    if (saved != size) {
      throw in.wrong("has " + saved + " bytes, and the machine has " + size);
    }
    Arrays.fill(ram, (byte) 0);
    int from = 0;
    for (int page = page(in, from); page < size; page = page(in, from)) {
      in.bytes(ram, page, PAGE);
      from = page + PAGE;
    }
    romSize = in.i32(0, MAX_ROM, "the size of the ROM");
    if (romSize % ROM_UNIT != 0) {
      throw in.wrong("has a ROM of " + romSize + " bytes");
    }
    in.bytes(ram, size, romSize);
    readable = in.i32(0, ALL_WINDOWS, "the map");
    writable = in.i32(0, ALL_WINDOWS, "the map");
    gate = in.flag() ? -1 : ~A20;
    in.end();
  }

  /** Which page follows, none of those before; the size of RAM at the end. */
  private int page(StateReader in, int from) throws IOException {
    int page = in.i32(from, size, "a page");
    if (page % PAGE != 0) {
      throw in.wrong("has a page at " + page);
    }
    return page;
  }
}
