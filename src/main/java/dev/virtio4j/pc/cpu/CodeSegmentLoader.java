package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.CS;

/** Loads CS at the end of a far transfer, and does the checks that all of them have before. */
final class CodeSegmentLoader {
  private final Cpu cpu;
  private final Registers registers;
  private final GuestFault fault;
  private final DescriptorTables tables;
  private final SegmentLoader loader;
  private final Descriptor ofTask = new Descriptor();

  CodeSegmentLoader(Cpu cpu, DescriptorTables tables, SegmentLoader loader) {
    this.cpu = cpu;
    this.tables = tables;
    this.loader = loader;
    registers = cpu.registers;
    fault = cpu.fault;
  }

  /** Goes on in real or virtual-8086 mode. */
  void enterParagraph(int selector, int offset) {
    loader.loadParagraph(CS, selector);
    cpu.segmentsChanged();
    registers.eip = offset;
  }

  /** Reads the descriptor that a selector in an instruction, a gate or on the stack names. */
  void readTarget(int selector, Descriptor into) {
    tables.readNotNull(selector, GuestFault.PROTECTION, into);
  }

  /** Faults unless the segment or gate of a transfer is present. */
  void checkPresent(int selector, Descriptor descriptor) {
    tables.checkPresent(selector, GuestFault.NOT_PRESENT, descriptor);
  }

  /** Faults unless a transfer goes inside of the limit of the code segment. */
  void checkOffset(int offset, Descriptor descriptor) {
    if (Integer.compareUnsigned(offset, descriptor.limit()) > 0) {
      throw fault.of(GuestFault.PROTECTION, 0);
    }
  }

  /** The offset of a far transfer whose operand size is 2 or 4 bytes. */
  static int narrowed(int offset, int width) {
    return width == 2 ? offset & 0xFFFF : offset;
  }

  /** Loads CS with a descriptor that has passed its checks. */
  void enter(int selector, int level, Descriptor descriptor) {
    tables.markAccessed(selector, descriptor);
    registers.segments[CS].load((selector & 0xFFFC) | level, descriptor.low, descriptor.high);
    cpu.setPrivilege(level);
    cpu.segmentsChanged();
  }

  /** Checks and loads the code segment of a task, at its own privilege level. */
  void enterTask(int selector) {
    tables.readNotNull(selector, GuestFault.INVALID_TSS, ofTask);
    int level = selector & 3;
    int dpl = ofTask.dpl();
    if (!ofTask.isCode() || (ofTask.isConforming() ? dpl > level : dpl != level)) {
      throw fault.ofSelector(GuestFault.INVALID_TSS, selector);
    }
    checkPresent(selector, ofTask);
    enter(selector, level, ofTask);
  }
}
