package dev.virtio4j.jpc;

import java.lang.reflect.Field;
import java.util.Arrays;
import org.jpc.emulator.PC;
import org.jpc.emulator.memory.FastTLB;
import org.jpc.emulator.memory.LinearAddressSpace;
import org.jpc.emulator.memory.Memory;
import org.jpc.emulator.memory.PhysicalAddressSpace;
import org.jpc.emulator.processor.Processor;

/**
 * A TLB in place of JPC's. It has an entry for each page of the linear address space, kind of
 * access and privilege, and a list of those that are filled.
 *
 * <p>Answers three faults of {@code LinearAddressSpace} and {@code FastTLB}:
 *
 * <ul>
 *   <li>A supervisor may write to a page of its own that is read-only, whatever CR0.WP says: where
 *       the page directory allows it, the page table isn't asked. Linux from 4.12 tests that, and
 *       stops. So the tables are read here once more.
 *   <li>What was allowed while CR0.WP was 0 stays allowed.
 *   <li>For each access to a large page that JPC's TLB has no entry for, all of its 1024 pages are
 *       entered, which have no room there; and INVLPG forgets but one of them. So there is an entry
 *       for each.
 * </ul>
 *
 * <p>This can go when JPC's own TLB passes {@code RepairsTest}, and CR0.WP applies in {@code
 * LinearAddressSpace.validateTLBEntryWrite}.
 */
final class PageTlb extends FastTLB {
  private static final int PAGE_SHIFT = 12;
  private static final int PAGES = 1 << (32 - PAGE_SHIFT);
  private static final int LARGE_PAGE = 1 << (22 - PAGE_SHIFT);

  /** What {@code setPageSize} says of a large page. */
  private static final byte LARGE_SIZE = 1;

  private static final int PAGING_AND_WRITE_PROTECT = 1 << 31 | 1 << 16;
  private static final int WRITABLE = 1 << 1;

  private static final byte LISTED = 1;
  private static final byte NOT_GLOBAL = 2;
  private static final byte LARGE = 4;

  private final Memory[] supervisorReads = new Memory[PAGES];
  private final Memory[] supervisorWrites = new Memory[PAGES];
  private final Memory[] userReads = new Memory[PAGES];
  private final Memory[] userWrites = new Memory[PAGES];

  /** Of each page LISTED, NOT_GLOBAL and LARGE. */
  private final byte[] marks = new byte[PAGES];

  /** The pages that may have entries, each once. */
  private int[] listed = new int[LARGE_PAGE];

  private int count;

  private final Processor cpu;
  private final PhysicalAddressSpace physical;

  /** What throws the page fault of a supervisor that writes to a read-only page. */
  private final Memory protectionViolation;

  /** Whether the entry that was to be made last was refused, and nobody was told yet. */
  private boolean refused;

  private PageTlb(Processor cpu, PhysicalAddressSpace physical, Memory protectionViolation) {
    this.cpu = cpu;
    this.physical = physical;
    this.protectionViolation = protectionViolation;
  }

  /**
   * Gives a PC a TLB of this kind. It stays there when a state is loaded.
   *
   * @param pc the PC
   * @throws ReflectiveOperationException if this JPC has none to replace
   */
  static void repair(PC pc) throws ReflectiveOperationException {
    LinearAddressSpace linear = (LinearAddressSpace) pc.getComponent(LinearAddressSpace.class);
    Field field = field("tlb");
    FastTLB old = (FastTLB) field.get(linear);
    if (!(old instanceof PageTlb)) {
      PageTlb tlb =
          new PageTlb(
              pc.getProcessor(),
              (PhysicalAddressSpace) pc.getComponent(PhysicalAddressSpace.class),
              (Memory) field("PF_PROTECTION_VIOLATION_WS").get(null));
      tlb.setGlobalPages(old.globalPagesEnabled());
      field.set(linear, tlb);
    }
  }

  private static Field field(String name) throws NoSuchFieldException {
    Field field = LinearAddressSpace.class.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  @Override
  public Memory getReadMemoryBlockAt(boolean supervisor, int address) {
    return (supervisor ? supervisorReads : userReads)[address >>> PAGE_SHIFT];
  }

  @Override
  public Memory getWriteMemoryBlockAt(boolean supervisor, int address) {
    if (refused) {
      refused = false;
      return protectionViolation;
    }
    return (supervisor ? supervisorWrites : userWrites)[address >>> PAGE_SHIFT];
  }

  @Override
  public void setReadMemoryBlockAt(boolean supervisor, int address, Memory memory) {
    enter(supervisor ? supervisorReads : userReads, address, memory);
  }

  @Override
  public void setWriteMemoryBlockAt(boolean supervisor, int address, Memory memory) {
    if (supervisor && writeProtected(address)) {
      refused = true;
    } else {
      enter(supervisor ? supervisorWrites : userWrites, address, memory);
    }
  }

  private void enter(Memory[] entries, int address, Memory memory) {
    int page = address >>> PAGE_SHIFT;
    entries[page] = memory;
    if ((marks[page] & LISTED) == 0) {
      marks[page] |= LISTED;
      if (count == listed.length) {
        listed = Arrays.copyOf(listed, 2 * count);
      }
      listed[count++] = page;
    }
  }

  /** What JPC found out by itself of large pages and of users' is right. */
  private boolean writeProtected(int address) {
    if ((cpu.getCR0() & PAGING_AND_WRITE_PROTECT) != PAGING_AND_WRITE_PROTECT
        || (marks[address >>> PAGE_SHIFT] & LARGE) != 0) {
      return false;
    }
    int directory = physical.getDoubleWord((cpu.getCR3() & ~0xFFF) | (address >>> 20 & 0xFFC));
    int table = physical.getDoubleWord((directory & ~0xFFF) | (address >>> 10 & 0xFFC));
    return (directory & table & WRITABLE) == 0;
  }

  /** Called for large pages before they are entered, for others after it. */
  @Override
  protected void setPageSize(int address, byte type) {
    if (type == LARGE_SIZE) {
      marks[address >>> PAGE_SHIFT] |= LARGE;
    }
  }

  @Override
  public void addNonGlobalPage(int address) {
    marks[address >>> PAGE_SHIFT] |= NOT_GLOBAL;
  }

  @Override
  public void setWriteProtectPages(boolean value) {
    flush();
  }

  @Override
  public void flush() {
    for (int i = 0; i < count; i++) {
      forget(listed[i]);
      marks[listed[i]] = 0;
    }
    count = 0;
  }

  @Override
  public void flushNonGlobal() {
    if (!globalPagesEnabled()) {
      flush();
      return;
    }
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int page = listed[i];
      if ((marks[page] & NOT_GLOBAL) == 0) {
        listed[kept++] = page;
      } else {
        forget(page);
        marks[page] = 0;
      }
    }
    count = kept;
  }

  @Override
  public void invalidateTLBEntry(int address) {
    int page = address >>> PAGE_SHIFT;
    boolean large = (marks[page] & LARGE) != 0;
    int first = large ? page & -LARGE_PAGE : page;
    int end = large ? first + LARGE_PAGE : page + 1;
    for (int i = first; i < end; i++) {
      forget(i);
      marks[i] &= LISTED;
    }
  }

  private void forget(int page) {
    supervisorReads[page] = null;
    supervisorWrites[page] = null;
    userReads[page] = null;
    userWrites[page] = null;
  }
}
