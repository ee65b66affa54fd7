package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.CS;
import static dev.virtio4j.pc.cpu.Registers.LDT;
import static dev.virtio4j.pc.cpu.Registers.SS;
import static dev.virtio4j.pc.cpu.Registers.TR;

/**
 * Loads the registers of data, stack and system segments, with the checks of type and privilege
 * that this takes. Code segments are loaded by the {@link CodeSegmentLoader}.
 */
final class SegmentLoader {
  private final Cpu cpu;
  private final Registers registers;
  private final Segment[] segments;
  private final GuestFault fault;
  private final DescriptorTables tables;
  private final Descriptor descriptor = new Descriptor();

  SegmentLoader(Cpu cpu, DescriptorTables tables) {
    this.cpu = cpu;
    this.tables = tables;
    registers = cpu.registers;
    segments = registers.segments;
    fault = cpu.fault;
  }

  /** MOV and POP to a segment register, and LDS and its like. */
  void load(int register, int selector) {
    if (registers.isParagraphMode()) {
      loadParagraph(register, selector);
    } else if (register == SS) {
      loadStack(segments[SS], selector, registers.cpl, GuestFault.PROTECTION);
    } else {
      loadData(register, selector, GuestFault.PROTECTION);
    }
    cpu.segmentsChanged();
    if (register == SS) {
      cpu.holdInterrupts();
      cpu.skipTrap();
    }
  }

  /**
   * In real mode the limit stays what it was, as on hardware. The access rights stay, too, but for
   * CS, which can be written there (SDM volume 3, section 9.9.2, step 5).
   */
  void loadParagraph(int register, int selector) {
    Segment segment = segments[register];
    if (registers.isVirtual8086()) {
      segment.loadParagraph(selector, 0xF3);
    } else {
      segment.selector = selector;
      segment.base = selector << 4;
      if (register == CS) {
        segment.access = 0x93;
      }
    }
  }

  /**
   * Checks and loads a data segment; {@code vector} is the fault of a selector that does not fit.
   */
  void loadData(int register, int selector, int vector) {
    if (DescriptorTables.isNull(selector)) {
      segments[register].loadNull(selector);
      return;
    }
    tables.read(selector, vector, descriptor);
    int dpl = descriptor.dpl();
    boolean anyLevel = descriptor.isCode() && descriptor.isConforming();
    if (!descriptor.isReadable() || (!anyLevel && ((selector & 3) > dpl || registers.cpl > dpl))) {
      throw fault.ofSelector(vector, selector);
    }
    loadPresent(segments[register], selector, GuestFault.NOT_PRESENT);
  }

  /**
   * Checks and loads a stack segment for a privilege level.
   *
   * @param into SS, or what will be SS
   * @param selector the selector
   * @param level the privilege level
   * @param vector the fault of a selector that does not fit
   */
  void loadStack(Segment into, int selector, int level, int vector) {
    tables.readNotNull(selector, vector, descriptor);
    if ((selector & 3) != level || !descriptor.isWritableData() || descriptor.dpl() != level) {
      throw fault.ofSelector(vector, selector);
    }
    loadPresent(into, selector, GuestFault.STACK);
  }

  private void loadPresent(Segment into, int selector, int vectorIfNot) {
    tables.checkPresent(selector, vectorIfNot, descriptor);
    tables.markAccessed(selector, descriptor);
    into.load(selector, descriptor.low, descriptor.high);
  }

  // --- the local descriptor table and the task register
  // --------------------------------------------

  /** LLDT. */
  void loadLocalTable(int selector) {
    cpu.needSelectors();
    cpu.needPrivilege();
    if (DescriptorTables.isNull(selector)) {
      segments[LDT].loadNull(selector);
      return;
    }
    readSystem(selector);
    if (descriptor.systemType() != Descriptor.LDT) {
      throw fault.ofSelector(GuestFault.PROTECTION, selector);
    }
    tables.checkPresent(selector, GuestFault.NOT_PRESENT, descriptor);
    segments[LDT].load(selector, descriptor.low, descriptor.high);
  }

  /** LTR. */
  void loadTaskRegister(int selector) {
    cpu.needSelectors();
    cpu.needPrivilege();
    if (DescriptorTables.isNull(selector)) {
      throw fault.of(GuestFault.PROTECTION, 0);
    }
    readSystem(selector);
    int type = descriptor.systemType();
    if (type != Descriptor.TSS16 && type != Descriptor.TSS32) {
      throw fault.ofSelector(GuestFault.PROTECTION, selector);
    }
    tables.checkPresent(selector, GuestFault.NOT_PRESENT, descriptor);
    tables.setBusy(selector, true);
    segments[TR].load(selector, descriptor.low, descriptor.high | Descriptor.BUSY);
  }

  /** Reads the descriptor of a system segment, which must be in the global table. */
  private void readSystem(int selector) {
    if (DescriptorTables.isLocal(selector)) {
      throw fault.ofSelector(GuestFault.PROTECTION, selector);
    }
    tables.read(selector, GuestFault.PROTECTION, descriptor);
    if (!descriptor.isSystem()) {
      throw fault.ofSelector(GuestFault.PROTECTION, selector);
    }
  }

  /** Loads the local descriptor table of a task. */
  void loadTaskTable(int selector) {
    if (DescriptorTables.isNull(selector)) {
      segments[LDT].loadNull(selector);
      return;
    }
    if (DescriptorTables.isLocal(selector)
        || !tables.find(selector, descriptor)
        || !descriptor.isSystem()
        || descriptor.systemType() != Descriptor.LDT
        || !descriptor.isPresent()) {
      throw fault.ofSelector(GuestFault.INVALID_TSS, selector);
    }
    segments[LDT].load(selector, descriptor.low, descriptor.high);
  }
}
