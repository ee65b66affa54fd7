package dev.virtio4j.pc.cpu;

/**
 * The instructions by which a program asks what it may do with a selector: LAR, LSL, VERR and VERW
 * (IA-32 Software Developer's Manual, volume 3, section 5.10).
 */
final class PointerValidation {
  private static final int BUSY_TSS16 = 3;
  private static final int BUSY_TSS32 = 11;

  private final Cpu cpu;
  private final Registers registers;
  private final DescriptorTables tables;
  private final Descriptor descriptor = new Descriptor();

  PointerValidation(Cpu cpu, DescriptorTables tables) {
    this.cpu = cpu;
    this.tables = tables;
    registers = cpu.registers;
  }

  /** LAR and LSL: to a register of 2 or 4 bytes. */
  void accessRights(int register, int selector, boolean limit, int width) {
    cpu.needSelectors();
    boolean found = find(selector) && (!descriptor.isSystem() || hasRights(limit));
    cpu.alu.setZero(found);
    if (found) {
      int value = limit ? descriptor.limit() : descriptor.high & 0xF0FF00;
      if (width == 4) {
        registers.r[register] = value;
      } else {
        Interpreter.set16(registers.r, register, value);
      }
    }
  }

  /** Whether LAR, or LSL for a limit, knows the type of the system segment or gate just read. */
  private boolean hasRights(boolean limit) {
    return switch (descriptor.systemType()) {
      case Descriptor.TSS16, BUSY_TSS16, Descriptor.LDT, Descriptor.TSS32, BUSY_TSS32 -> true;
      case Descriptor.CALL_GATE16, Descriptor.TASK_GATE, Descriptor.CALL_GATE32 -> !limit;
      default -> false;
    };
  }

  /** VERR and VERW. */
  void verify(int selector, boolean writing) {
    cpu.needSelectors();
    cpu.alu.setZero(
        find(selector) && (writing ? descriptor.isWritableData() : descriptor.isReadable()));
  }

  /** Reads the descriptor of a selector, and says whether the current level can see it so. */
  private boolean find(int selector) {
    return !DescriptorTables.isNull(selector)
        && tables.find(selector, descriptor)
        && isVisible(selector);
  }

  private boolean isVisible(int selector) {
    int dpl = descriptor.dpl();
    return (descriptor.isCode() && descriptor.isConforming())
        || (registers.cpl <= dpl && (selector & 3) <= dpl);
  }
}
