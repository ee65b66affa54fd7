package dev.virtio4j.pc.cpu;

import dev.virtio4j.pc.memory.PhysicalMemory;

/**
 * The page directory and the page tables (IA-32 Software Developer's Manual, volume 3, section
 * 3.7): from a linear to a physical address, with pages of 4 KiB and 4 MiB. Does not allocate.
 */
final class PageTables {
  private static final int PAGE = 0xFFFFF000;

  // Page directory and page table entries, and the error code of a page fault.
  private static final int PRESENT = 0x1;
  private static final int WRITABLE = 0x2;
  private static final int USER = 0x4;
  private static final int ACCESSED = 0x20;
  private static final int DIRTY = 0x40;
  private static final int LARGE = 0x80;

  private final Registers registers;
  private final PhysicalMemory memory;
  private final CodeCache code;
  private final GuestFault fault;

  PageTables(Registers registers, PhysicalMemory memory, CodeCache code, GuestFault fault) {
    this.registers = registers;
    this.memory = memory;
    this.code = code;
    this.fault = fault;
  }

  /**
   * Walks the page tables, sets accessed and dirty bits, and faults as the hardware does.
   *
   * @param linear a linear address
   * @param writing whether for a write
   * @param asUser whether the access counts as one of privilege level 3
   * @return the physical address
   */
  int translate(int linear, boolean writing, boolean asUser) {
    if ((registers.cr0 & Registers.CR0_PG) == 0) {
      return linear;
    }
    int directoryAt = (registers.cr3 & PAGE) + (linear >>> 22 << 2);
    int directory = load(directoryAt);
    if ((directory & PRESENT) == 0) {
      throw pageFault(linear, writing, asUser, 0);
    }
    if ((directory & LARGE) != 0 && (registers.cr4 & Registers.CR4_PSE) != 0) {
      checkRights(directory, linear, writing, asUser);
      mark(directoryAt, directory, writing ? ACCESSED | DIRTY : ACCESSED);
      return (directory & 0xFFC00000) | (linear & 0x3FFFFF);
    }
    int tableAt = (directory & PAGE) + (linear >>> (12 - 2) & 0xFFC);
    int table = load(tableAt);
    if ((table & PRESENT) == 0) {
      throw pageFault(linear, writing, asUser, 0);
    }
    checkRights(directory & table, linear, writing, asUser);
    mark(directoryAt, directory, ACCESSED);
    mark(tableAt, table, writing ? ACCESSED | DIRTY : ACCESSED);
    return (table & PAGE) | (linear & ~PAGE);
  }

  private void checkRights(int rights, int linear, boolean writing, boolean asUser) {
    boolean readOnlyHolds = asUser || (registers.cr0 & Registers.CR0_WP) != 0;
    if ((asUser && (rights & USER) == 0)
        || (writing && readOnlyHolds && (rights & WRITABLE) == 0)) {
      throw pageFault(linear, writing, asUser, PRESENT);
    }
  }

  private void mark(int address, int entry, int bits) {
    if ((entry & bits) != bits) {
      store(address, entry | bits);
    }
  }

  private GuestFault pageFault(int linear, boolean writing, boolean asUser, int present) {
    registers.cr2 = linear;
    int errorCode = present | (writing ? WRITABLE : 0) | (asUser ? USER : 0);
    return fault.of(GuestFault.PAGE_FAULT, errorCode);
  }

  // Entries are aligned, and so never lie on two pages.

  private int load(int address) {
    int place = memory.readPlace(address);
    return place >= 0 ? (int) PhysicalMemory.INT32.get(memory.ram, place) : -1;
  }

  private void store(int address, int entry) {
    int place = memory.writePlace(address);
    if (place >= 0) {
      PhysicalMemory.INT32.set(memory.ram, place, entry);
      code.written(place, 4);
    }
  }
}
