package dev.virtio4j.pc.cpu;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.pc.memory.PhysicalMemory;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The CPU's way to memory by linear address. Does not allocate.
 *
 * <p>A software TLB leads from a linear page to its place in the array of {@link PhysicalMemory};
 * for what it does not have, the {@link PageTables} are walked. There is one for each of reading
 * and writing, by the kernel and by the user, so that a hit has nothing to check:
 *
 * <pre>
 *   entry = read[page number &amp; 1023]        bits 32-63  linear address of the page; 1 if not valid
 *                                            bits  0-31  what to add to a linear address for the place
 * </pre>
 *
 * <p>An access that crosses into the next page misses by itself, since its last byte has another
 * page address. A page where nothing answers never gets an entry, and none for writing where a read
 * finds something else: the slow way sees to those.
 *
 * <p>What a guest can tell of the TLB, when it changes page tables and does not flush, depends on
 * the instructions that ran and on nothing else: not on where blocks begin and end, or which are
 * kept. So an entry for writing whose page holds decoded code stays, watched, so that the slow way
 * sees to the access; and code is fetched through one more entry, of the page from which it was
 * fetched last, which no data access drops.
 */
final class Mmu implements Stateful {
  private static final int ENTRIES = 1024;
  private static final int PAGE = 0xFFFFF000;
  private static final long INVALID = 1L << 32;

  /** In an entry for writing, and its upper half: the page holds decoded code. */
  private static final long WATCHED = 2L << 32;

  private static final int WATCHED_TAG = 2;

  private final PhysicalMemory memory;
  private final CodeCache code;
  private final PageTables pages;
  private final byte[] ram;

  private final long[] readKernel = new long[ENTRIES];
  private final long[] writeKernel = new long[ENTRIES];
  private final long[] readUser = new long[ENTRIES];
  private final long[] writeUser = new long[ENTRIES];

  /** The two that belong to the current privilege level. */
  private long[] read = readKernel;

  private long[] write = writeKernel;

  private boolean user;

  /** The entry of the page from which code was fetched last. */
  private long fetched;

  Mmu(Registers registers, PhysicalMemory memory, CodeCache code, GuestFault fault) {
    this.memory = memory;
    this.code = code;
    pages = new PageTables(registers, memory, code, fault);
    ram = memory.ram;
    flush();
  }

  /** Forgets every translation. */
  void flush() {
    for (long[] tlb : List.of(readKernel, writeKernel, readUser, writeUser)) {
      Arrays.fill(tlb, INVALID);
    }
    fetched = INVALID;
  }

  /**
   * Sees that no write goes past the {@link CodeCache} to a page that holds decoded code from now
   * on.
   *
   * @param place a place in the page
   */
  void watch(int place) {
    watch(writeKernel, place & PAGE);
    watch(writeUser, place & PAGE);
  }

  private static void watch(long[] tlb, int page) {
    for (int i = 0; i < ENTRIES; i++) {
      long entry = tlb[i];
      if (entry != INVALID && page(entry) == page) {
        tlb[i] = entry | WATCHED;
      }
    }
  }

  private static int page(long entry) {
    return (int) (entry >>> 32) + (int) entry & PAGE;
  }

  /** Forgets the translations of one page (INVLPG). */
  void flushPage(int linear) {
    int entry = linear >>> 12 & ENTRIES - 1;
    readKernel[entry] = INVALID;
    writeKernel[entry] = INVALID;
    readUser[entry] = INVALID;
    writeUser[entry] = INVALID;
    fetched = INVALID;
  }

  /** Follows the current privilege level. */
  void setUser(boolean user) {
    this.user = user;
    read = user ? readUser : readKernel;
    write = user ? writeUser : writeKernel;
    fetched = INVALID;
  }

  // --- accesses by linear address
  // ------------------------------------------------------------------

  int load8(int linear) {
    long entry = read[linear >>> 12 & ENTRIES - 1];
    if ((int) (entry >>> 32) == (linear & PAGE)) {
      return ram[linear + (int) entry] & 0xFF;
    }
    return loadAt8(fillRead(linear));
  }

  int load16(int linear) {
    long entry = read[linear >>> 12 & ENTRIES - 1];
    if ((int) (entry >>> 32) == (linear + 1 & PAGE)) {
      return (short) PhysicalMemory.INT16.get(ram, linear + (int) entry) & 0xFFFF;
    }
    return (int) slowLoad(linear, 2);
  }

  int load32(int linear) {
    long entry = read[linear >>> 12 & ENTRIES - 1];
    if ((int) (entry >>> 32) == (linear + 3 & PAGE)) {
      return (int) PhysicalMemory.INT32.get(ram, linear + (int) entry);
    }
    return (int) slowLoad(linear, 4);
  }

  long load64(int linear) {
    return slowLoad(linear, 8);
  }

  void store8(int linear, int value) {
    long entry = write[linear >>> 12 & ENTRIES - 1];
    if ((int) (entry >>> 32) == (linear & PAGE)) {
      ram[linear + (int) entry] = (byte) value;
    } else {
      storeAt8(fillWrite(linear), value);
    }
  }

  void store16(int linear, int value) {
    long entry = write[linear >>> 12 & ENTRIES - 1];
    if ((int) (entry >>> 32) == (linear + 1 & PAGE)) {
      PhysicalMemory.INT16.set(ram, linear + (int) entry, (short) value);
    } else {
      slowStore(linear, value, 2);
    }
  }

  void store32(int linear, int value) {
    long entry = write[linear >>> 12 & ENTRIES - 1];
    if ((int) (entry >>> 32) == (linear + 3 & PAGE)) {
      PhysicalMemory.INT32.set(ram, linear + (int) entry, value);
    } else {
      slowStore(linear, value, 4);
    }
  }

  void store64(int linear, long value) {
    slowStore(linear, value, 8);
  }

  /** Loads for an instruction that will store to the same place: faults now if the store would. */
  int loadForStore8(int linear) {
    long entry = write[linear >>> 12 & ENTRIES - 1];
    if (((int) (entry >>> 32) & ~WATCHED_TAG) == (linear & PAGE)) {
      return ram[linear + (int) entry] & 0xFF;
    }
    checkWrite(linear, 1);
    return load8(linear);
  }

  /** See {@link #loadForStore8}. */
  int loadForStore16(int linear) {
    long entry = write[linear >>> 12 & ENTRIES - 1];
    if (((int) (entry >>> 32) & ~WATCHED_TAG) == (linear + 1 & PAGE)) {
      return (short) PhysicalMemory.INT16.get(ram, linear + (int) entry) & 0xFFFF;
    }
    checkWrite(linear, 2);
    return load16(linear);
  }

  /** See {@link #loadForStore8}. */
  int loadForStore32(int linear) {
    long entry = write[linear >>> 12 & ENTRIES - 1];
    if (((int) (entry >>> 32) & ~WATCHED_TAG) == (linear + 3 & PAGE)) {
      return (int) PhysicalMemory.INT32.get(ram, linear + (int) entry);
    }
    checkWrite(linear, 4);
    return load32(linear);
  }

  /** Faults if a range of at most a page cannot be read. */
  void checkRead(int linear, int length) {
    pages.translate(linear, false, user);
    if ((linear & PAGE) != (linear + length - 1 & PAGE)) {
      pages.translate(linear + length - 1, false, user);
    }
  }

  /** Faults if a range of at most a page cannot be written. */
  void checkWrite(int linear, int length) {
    int last = linear + length - 1;
    long entry = write[linear >>> 12 & ENTRIES - 1];
    if (((int) (entry >>> 32) & ~WATCHED_TAG) == (last & PAGE)) {
      return;
    }
    pages.translate(linear, true, user);
    if ((linear & PAGE) != (last & PAGE)) {
      pages.translate(last, true, user);
    }
  }

  /**
   * The place of a byte that is read, for a bulk copy inside its page.
   *
   * @return the place, negative where nothing answers
   */
  int readIndex(int linear) {
    long entry = read[linear >>> 12 & ENTRIES - 1];
    if ((int) (entry >>> 32) == (linear & PAGE)) {
      return linear + (int) entry;
    }
    return fillRead(linear);
  }

  /**
   * The place of a byte that is written, for a bulk copy inside its page.
   *
   * @return the place, negative where the write is lost or the page holds code
   */
  int writeIndex(int linear) {
    long entry = write[linear >>> 12 & ENTRIES - 1];
    if ((int) (entry >>> 32) == (linear & PAGE)) {
      return linear + (int) entry;
    }
    int place = fillWrite(linear);
    return place >= 0 && code.holds(place) ? -1 : place;
  }

  /** The place of the next instruction: a read by the current privilege level. */
  int fetchPlace(int linear) {
    if ((int) (fetched >>> 32) != (linear & PAGE)) {
      long entry = read[linear >>> 12 & ENTRIES - 1];
      boolean found = (int) (entry >>> 32) == (linear & PAGE);
      fetched = found ? entry : entry(linear, fillRead(linear));
    }
    return linear + (int) fetched;
  }

  /** The entry of the page from which code was fetched last. */
  long fetched() {
    return fetched;
  }

  /**
   * Whether {@link #fetchPlace} would find a page by an entry; then does the same, else nothing.
   *
   * @param linear an address in the page
   * @param entry the {@link #fetched} of that page, at some time
   */
  boolean fetchesFrom(int linear, long entry) {
    if (fetched == entry) {
      return true;
    }
    if ((int) (fetched >>> 32) == (linear & PAGE) || read[linear >>> 12 & ENTRIES - 1] != entry) {
      return false;
    }
    fetched = entry;
    return true;
  }

  /** Gives the place of a byte that is read, and keeps where its page is. */
  private int fillRead(int linear) {
    int place = memory.readPlace(pages.translate(linear, false, user));
    if (place >= 0) {
      read[linear >>> 12 & ENTRIES - 1] = entry(linear, place);
    }
    return place;
  }

  /** Gives the place of a byte that is written, and keeps it if it is where the byte is read. */
  private int fillWrite(int linear) {
    long entry = write[linear >>> 12 & ENTRIES - 1];
    int place = linear + (int) entry;
    boolean kept = ((int) (entry >>> 32) & ~WATCHED_TAG) == (linear & PAGE);
    if (!kept) {
      int physical = pages.translate(linear, true, user);
      place = memory.writePlace(physical);
      kept = place >= 0 && place == memory.readPlace(physical);
    }
    if (kept) {
      write[linear >>> 12 & ENTRIES - 1] = entry(linear, place) | (code.holds(place) ? WATCHED : 0);
    }
    return place;
  }

  private static long entry(int linear, int place) {
    return (long) (linear & PAGE) << 32 | (place - linear & 0xFFFFFFFFL);
  }

  private long slowLoad(int linear, int width) {
    int place = fillRead(linear);
    int last = linear + width - 1;
    if ((linear & PAGE) == (last & PAGE)) {
      return loadAt(place, width);
    }
    int second = fillRead(last & PAGE);
    long value = 0;
    for (int i = width - 1; i >= 0; i--) {
      int at = linear + i;
      int byteAt = (at & PAGE) == (linear & PAGE) ? place + i : second + (at & ~PAGE);
      value = value << 8 | loadAt8(byteAt);
    }
    return value;
  }

  private void slowStore(int linear, long value, int width) {
    int last = linear + width - 1;
    int place = fillWrite(linear);
    if ((linear & PAGE) == (last & PAGE)) {
      storeAt(place, value, width);
      return;
    }
    int second = fillWrite(last & PAGE);
    // translated code starts anew where this drops it, so nothing may have been written yet
    int inFirst = (last & PAGE) - linear;
    dropCode(place, inFirst);
    dropCode(second, width - inFirst);
    for (int i = 0; i < width; i++) {
      int at = linear + i;
      int byteAt = (at & PAGE) == (linear & PAGE) ? place + i : second + (at & ~PAGE);
      storeAt8(byteAt, (int) (value >>> (8 * i)));
    }
  }

  // --- accesses by place, inside a page
  // ------------------------------------------------

  private int loadAt8(int place) {
    return place >= 0 ? ram[place] & 0xFF : 0xFF;
  }

  private long loadAt(int place, int width) {
    if (place < 0) {
      return -1;
    }
    return switch (width) {
      case 2 -> (short) PhysicalMemory.INT16.get(ram, place) & 0xFFFF;
      case 4 -> (int) PhysicalMemory.INT32.get(ram, place);
      default -> (long) PhysicalMemory.INT64.get(ram, place);
    };
  }

  private void dropCode(int place, int length) {
    if (place >= 0) {
      code.written(place, length);
    }
  }

  private void storeAt8(int place, int value) {
    if (place >= 0) {
      ram[place] = (byte) value;
      code.written(place, 1);
    }
  }

  private void storeAt(int place, long value, int width) {
    if (place < 0) {
      return;
    }
    switch (width) {
      case 2 -> PhysicalMemory.INT16.set(ram, place, (short) value);
      case 4 -> PhysicalMemory.INT32.set(ram, place, (int) value);
      default -> PhysicalMemory.INT64.set(ram, place, value);
    }
    code.written(place, width);
  }

  // --- accesses of the processor itself to its tables, always as the kernel
  // ------------------------

  int systemLoad32(int linear) {
    int place = memory.readPlace(pages.translate(linear, false, false));
    if ((linear & 0xFFF) <= 0xFFC) {
      return (int) loadAt(place, 4);
    }
    int value = 0;
    for (int i = 3; i >= 0; i--) {
      value = value << 8 | systemLoad8(linear + i);
    }
    return value;
  }

  int systemLoad16(int linear) {
    return systemLoad8(linear) | systemLoad8(linear + 1) << 8;
  }

  private int systemLoad8(int linear) {
    return loadAt8(memory.readPlace(pages.translate(linear, false, false)));
  }

  /** Stores a value of 2 or 4 bytes; faults before any of it is written. */
  void systemStore(int linear, int value, int width) {
    int place = memory.writePlace(pages.translate(linear, true, false));
    int second = memory.writePlace(pages.translate(linear + width - 1, true, false));
    for (int i = 0; i < width; i++) {
      boolean first = (linear + i & PAGE) == (linear & PAGE);
      storeAt8(first ? place + i : second - (width - 1 - i), value >>> (8 * i));
    }
  }

  // --- state
  // ---------------------------------------------------------------------------------------

  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("mmu", 1);
    for (long[] tlb : List.of(readKernel, writeKernel, readUser, writeUser)) {
      for (long entry : tlb) {
        out.i64(entry & ~WATCHED);
      }
    }
    out.i64(fetched);
    out.end();
  }

  /** After the memory and the privilege level, with no code decoded. */
  @Override
  public void load(StateReader in) throws IOException {
    in.begin("mmu", 1);
    for (long[] tlb : List.of(readKernel, writeKernel, readUser, writeUser)) {
      boolean writes = tlb == writeKernel || tlb == writeUser;
      for (int i = 0; i < ENTRIES; i++) {
        long entry = in.i64();
        boolean usable = isEntry(entry) && memory.isPlace(page(entry), writes);
        if (entry != INVALID && (!usable || (entry >>> 44 & ENTRIES - 1) != i)) {
          throw in.wrong("has a TLB entry that can't be");
        }
        tlb[i] = entry;
      }
    }
    fetched = in.i64();
    if (fetched != INVALID && !isEntry(fetched)) {
      throw in.wrong("has a TLB entry for code that can't be");
    }
    in.end();
  }

  /** Whether it leads from a page to a page. */
  private static boolean isEntry(long entry) {
    return ((entry | entry >>> 32) & ~PAGE) == 0;
  }
}
