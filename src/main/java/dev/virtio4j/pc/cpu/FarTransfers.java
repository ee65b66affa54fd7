package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.CS;
import static dev.virtio4j.pc.cpu.Registers.ESP;
import static dev.virtio4j.pc.cpu.Registers.SS;

/**
 * Far JMP and CALL: to a code segment, through a call gate, or to a task. Checks stand in the order
 * of the manual's pseudo-code (IA-32 Software Developer's Manual, volume 2, under JMP and CALL);
 * nothing changes before the last of them.
 */
final class FarTransfers {
  private final Cpu cpu;
  private final Registers registers;
  private final int[] r;
  private final Segment[] segments;
  private final GuestFault fault;
  private final CodeSegmentLoader code;
  private final TransferStack newStack;
  private final TaskSwitch tasks;
  private final Descriptor descriptor = new Descriptor();

  FarTransfers(Cpu cpu, CodeSegmentLoader code, TransferStack newStack, TaskSwitch tasks) {
    this.cpu = cpu;
    this.code = code;
    this.newStack = newStack;
    this.tasks = tasks;
    registers = cpu.registers;
    r = registers.r;
    segments = registers.segments;
    fault = cpu.fault;
  }

  /** JMP, with an operand size of 2 or 4 bytes. */
  void jump(int selector, int offset, int width) {
    if (registers.isParagraphMode()) {
      code.enterParagraph(selector, offset);
      return;
    }
    code.readTarget(selector, descriptor);
    if (descriptor.isSystem()) {
      jumpThroughGate(selector);
      return;
    }
    checkSameLevel(selector);
    code.checkOffset(offset, descriptor);
    code.enter(selector, registers.cpl, descriptor);
    registers.eip = CodeSegmentLoader.narrowed(offset, width);
  }

  private void jumpThroughGate(int selector) {
    if (enterTask(selector, TaskSwitch.JUMP)) {
      return;
    }
    int offset = descriptor.gateOffset(descriptor.systemType() == Descriptor.CALL_GATE32);
    int target = descriptor.gateSelector();
    code.readTarget(target, descriptor);
    int dpl = descriptor.dpl();
    boolean fits = descriptor.isConforming() ? dpl <= registers.cpl : dpl == registers.cpl;
    if (!descriptor.isCode() || !fits) {
      throw fault.ofSelector(GuestFault.PROTECTION, target);
    }
    code.checkPresent(target, descriptor);
    code.checkOffset(offset, descriptor);
    code.enter(target, registers.cpl, descriptor);
    registers.eip = offset;
  }

  /** CALL, with an operand size of 2 or 4 bytes. */
  void call(int selector, int offset, int width) {
    if (registers.isParagraphMode()) {
      int top = r[ESP] - 2 * width & cpu.stack.mask();
      cpu.mmu.checkWrite(cpu.linear(SS, top, 2 * width, true), 2 * width);
      cpu.stack.push(segments[CS].selector, width);
      cpu.stack.push(registers.eip, width);
      code.enterParagraph(selector, offset);
      return;
    }
    code.readTarget(selector, descriptor);
    if (descriptor.isSystem()) {
      callThroughGate(selector);
      return;
    }
    checkSameLevel(selector);
    code.checkOffset(offset, descriptor);
    callSameLevel(selector, width);
    registers.eip = CodeSegmentLoader.narrowed(offset, width);
  }

  private void callThroughGate(int selector) {
    if (enterTask(selector, TaskSwitch.CALL)) {
      return;
    }
    int width = descriptor.systemType() == Descriptor.CALL_GATE32 ? 4 : 2;
    int offset = descriptor.gateOffset(width == 4);
    int parameters = descriptor.high & 0x1F;
    int target = descriptor.gateSelector();
    code.readTarget(target, descriptor);
    int level = descriptor.dpl();
    if (!descriptor.isCode() || level > registers.cpl) {
      throw fault.ofSelector(GuestFault.PROTECTION, target);
    }
    code.checkPresent(target, descriptor);
    code.checkOffset(offset, descriptor);
    if (descriptor.isConforming() || level == registers.cpl) {
      callSameLevel(target, width);
    } else {
      callInnerLevel(target, level, width, parameters);
    }
    registers.eip = offset;
  }

  private void callSameLevel(int target, int width) {
    newStack.useCurrent();
    newStack.pushReturnAddress(width);
    code.enter(target, registers.cpl, descriptor);
    newStack.commit();
  }

  private void callInnerLevel(int target, int level, int width, int parameters) {
    int from = r[ESP];
    newStack.useInner(level);
    newStack.push(segments[SS].selector, width);
    newStack.push(from, width);
    for (int i = parameters - 1; i >= 0; i--) {
      newStack.push(cpu.stack.loadAt(from + i * width, width), width);
    }
    newStack.pushReturnAddress(width);
    code.enter(target, level, descriptor);
    newStack.commit();
  }

  /** Checks that the descriptor is code that may be entered without a gate. */
  private void checkSameLevel(int selector) {
    int cpl = registers.cpl;
    int dpl = descriptor.dpl();
    boolean fits =
        descriptor.isCode()
            && (descriptor.isConforming() ? dpl <= cpl : dpl == cpl && (selector & 3) <= cpl);
    if (!fits) {
      throw fault.ofSelector(GuestFault.PROTECTION, selector);
    }
    code.checkPresent(selector, descriptor);
  }

  /**
   * Checks the call gate, task gate or task state segment that a far transfer names, and changes to
   * the task at once.
   *
   * @return whether it was a task; if not, the call gate is still to be gone through
   */
  private boolean enterTask(int selector, int how) {
    int type = descriptor.systemType();
    boolean task =
        type == Descriptor.TASK_GATE || type == Descriptor.TSS16 || type == Descriptor.TSS32;
    if (!task && type != Descriptor.CALL_GATE16 && type != Descriptor.CALL_GATE32) {
      throw fault.ofSelector(GuestFault.PROTECTION, selector);
    }
    int dpl = descriptor.dpl();
    if (dpl < registers.cpl || dpl < (selector & 3)) {
      throw fault.ofSelector(GuestFault.PROTECTION, selector);
    }
    code.checkPresent(selector, descriptor);
    if (task) {
      tasks.change(type == Descriptor.TASK_GATE ? descriptor.gateSelector() : selector, how);
    }
    return task;
  }
}
