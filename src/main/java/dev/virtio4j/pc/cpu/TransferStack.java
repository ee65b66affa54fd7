package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.CS;
import static dev.virtio4j.pc.cpu.Registers.ESP;
import static dev.virtio4j.pc.cpu.Registers.SS;
import static dev.virtio4j.pc.cpu.Registers.TR;

/**
 * The stack that a transfer in protected mode leaves behind, perhaps one of another privilege
 * level. All is pushed before SS and ESP change, so that a fault on the way leaves them as they
 * were.
 */
final class TransferStack {
  private final Cpu cpu;
  private final Registers registers;
  private final int[] r;
  private final Segment[] segments;
  private final Mmu mmu;
  private final GuestFault fault;
  private final SegmentLoader loader;

  private final Segment stack = new Segment();
  private int pointer;

  TransferStack(Cpu cpu, SegmentLoader loader) {
    this.cpu = cpu;
    this.loader = loader;
    registers = cpu.registers;
    r = registers.r;
    segments = registers.segments;
    mmu = cpu.mmu;
    fault = cpu.fault;
  }

  /** Stays on the current stack. */
  void useCurrent() {
    stack.copyFrom(segments[SS]);
    pointer = r[ESP];
  }

  /** Takes the stack of an inner privilege level from the task state segment. */
  void useInner(int level) {
    Segment task = segments[TR];
    boolean wide = (task.access & 8) != 0;
    int at = wide ? 4 + 8 * level : 2 + 4 * level;
    int size = wide ? 8 : 4;
    if (task.access == 0 || Integer.compareUnsigned(at + size - 1, task.limit) > 0) {
      throw fault.ofSelector(GuestFault.INVALID_TSS, task.selector);
    }
    int esp = wide ? mmu.systemLoad32(task.base + at) : mmu.systemLoad16(task.base + at);
    int selector = mmu.systemLoad16(task.base + at + (wide ? 4 : 2));
    loader.loadStack(stack, selector, level, GuestFault.INVALID_TSS);
    pointer = esp;
  }

  /** Goes back to the stack of an outer privilege level. */
  void useOuter(int selector, int level, int esp) {
    loader.loadStack(stack, selector, level, GuestFault.PROTECTION);
    pointer = esp;
  }

  void push(int value, int width) {
    int mask = stack.pointerMask();
    int offset = pointer - width & mask;
    if (!stack.allows(offset, width, true)) {
      boolean inner = stack.selector != segments[SS].selector;
      throw fault.ofSelector(GuestFault.STACK, inner ? stack.selector : 0);
    }
    if (stack.dpl() == 3 && registers.cpl == 3) {
      mmu.checkWrite(stack.base + offset, width);
    }
    mmu.systemStore(stack.base + offset, value, width);
    pointer = (pointer & ~mask) | offset;
  }

  void pushReturnAddress(int width) {
    push(segments[CS].selector, width);
    push(registers.eip, width);
  }

  /** Makes it the current stack. */
  void commit() {
    segments[SS].copyFrom(stack);
    int mask = stack.pointerMask();
    r[ESP] = (r[ESP] & ~mask) | (pointer & mask);
    cpu.segmentsChanged();
  }
}
