package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.LDT;

/** The global and the local descriptor table: selectors lead to descriptors there. */
final class DescriptorTables {
  private final Registers registers;
  private final Mmu mmu;
  private final GuestFault fault;

  DescriptorTables(Registers registers, Mmu mmu, GuestFault fault) {
    this.registers = registers;
    this.mmu = mmu;
    this.fault = fault;
  }

  static boolean isNull(int selector) {
    return (selector & 0xFFFC) == 0;
  }

  static boolean isLocal(int selector) {
    return (selector & 4) != 0;
  }

  private int address(int selector) {
    int base = isLocal(selector) ? registers.segments[LDT].base : registers.gdtBase;
    return base + (selector & 0xFFF8);
  }

  /** Reads a descriptor, if its table has it. */
  boolean find(int selector, Descriptor into) {
    boolean local = isLocal(selector);
    Segment localTable = registers.segments[LDT];
    if (local && localTable.access == 0) {
      return false;
    }
    int limit = local ? localTable.limit : registers.gdtLimit;
    if (Integer.compareUnsigned((selector & 0xFFF8) + 7, limit) > 0) {
      return false;
    }
    int address = address(selector);
    into.low = mmu.systemLoad32(address);
    into.high = mmu.systemLoad32(address + 4);
    return true;
  }

  /** Reads a descriptor; without one, the fault names the selector. */
  void read(int selector, int vector, Descriptor into) {
    if (!find(selector, into)) {
      throw fault.ofSelector(vector, selector);
    }
  }

  /** The same for a selector that must not be null. */
  void readNotNull(int selector, int vector, Descriptor into) {
    if (isNull(selector)) {
      throw fault.of(vector, 0);
    }
    read(selector, vector, into);
  }

  /** Faults, naming the selector, unless the segment or gate that was read is present. */
  void checkPresent(int selector, int vector, Descriptor descriptor) {
    if (!descriptor.isPresent()) {
      throw fault.ofSelector(vector, selector);
    }
  }

  /** Notes in the table that a segment is loaded, with the descriptor that was read from there. */
  void markAccessed(int selector, Descriptor descriptor) {
    if ((descriptor.high & Descriptor.ACCESSED) == 0) {
      descriptor.high |= Descriptor.ACCESSED;
      mmu.systemStore(address(selector) + 4, descriptor.high, 4);
    }
  }

  /** Notes in the table whether a task is busy. */
  void setBusy(int selector, boolean busy) {
    int address = address(selector) + 4;
    int word = mmu.systemLoad32(address);
    mmu.systemStore(address, busy ? word | Descriptor.BUSY : word & ~Descriptor.BUSY, 4);
  }
}
