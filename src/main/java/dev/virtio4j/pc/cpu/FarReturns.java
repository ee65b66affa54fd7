package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.CS;
import static dev.virtio4j.pc.cpu.Registers.DS;
import static dev.virtio4j.pc.cpu.Registers.ES;
import static dev.virtio4j.pc.cpu.Registers.ESP;
import static dev.virtio4j.pc.cpu.Registers.FS;
import static dev.virtio4j.pc.cpu.Registers.GS;
import static dev.virtio4j.pc.cpu.Registers.NT;
import static dev.virtio4j.pc.cpu.Registers.RF;
import static dev.virtio4j.pc.cpu.Registers.SS;
import static dev.virtio4j.pc.cpu.Registers.TR;
import static dev.virtio4j.pc.cpu.Registers.VM;

/**
 * Far RET and IRET: to the same or an outer privilege level, to virtual-8086 mode, or to the task
 * that was interrupted. Checks stand in the order of the manual's pseudo-code (IA-32 Software
 * Developer's Manual, volume 2, under RET and IRET); nothing changes before the last of them.
 */
final class FarReturns {
  private final Cpu cpu;
  private final Registers registers;
  private final int[] r;
  private final Segment[] segments;
  private final GuestFault fault;
  private final Stack stack;
  private final CodeSegmentLoader code;
  private final TransferStack newStack;
  private final TaskSwitch tasks;
  private final Descriptor descriptor = new Descriptor();

  FarReturns(Cpu cpu, CodeSegmentLoader code, TransferStack newStack, TaskSwitch tasks) {
    this.cpu = cpu;
    this.code = code;
    this.newStack = newStack;
    this.tasks = tasks;
    registers = cpu.registers;
    r = registers.r;
    segments = registers.segments;
    fault = cpu.fault;
    stack = cpu.stack;
  }

  /**
   * RET.
   *
   * @param drop how many bytes of parameters it drops from the stack
   * @param width the operand size, 2 or 4 bytes
   */
  void returnFar(int drop, int width) {
    int offset = stack.load(0, width);
    int selector = stack.load(width, width) & 0xFFFF;
    if (registers.isParagraphMode()) {
      stack.setPointer(r[ESP] + 2 * width + drop);
      code.enterParagraph(selector, offset);
      return;
    }
    returnTo(selector, offset, width, 2 * width, drop, 0, 0);
  }

  /**
   * The common end of RETF and IRET in protected mode.
   *
   * @param taken how many bytes lie on the stack up to and with CS, or EFLAGS
   * @param drop how many bytes of parameters RETF drops from both stacks
   * @param flags what IRET popped
   * @param flagsMask which of these to take; 0 for RETF
   */
  private void returnTo(
      int selector, int offset, int width, int taken, int drop, int flags, int flagsMask) {
    int level = selector & 3;
    code.readTarget(selector, descriptor);
    int dpl = descriptor.dpl();
    boolean fits = descriptor.isCode() && (descriptor.isConforming() ? dpl <= level : dpl == level);
    if (level < registers.cpl || !fits) {
      throw fault.ofSelector(GuestFault.PROTECTION, selector);
    }
    code.checkPresent(selector, descriptor);
    code.checkOffset(offset, descriptor);
    if (level == registers.cpl) {
      code.enter(selector, level, descriptor);
      stack.setPointer(r[ESP] + taken + drop);
    } else {
      int pointer = stack.load(taken + drop, width);
      int stackSelector = stack.load(taken + drop + width, width) & 0xFFFF;
      newStack.useOuter(stackSelector, level, pointer + drop);
      code.enter(selector, level, descriptor);
      newStack.commit();
      dropInnerSegments();
    }
    registers.eip = CodeSegmentLoader.narrowed(offset, width);
    if (flagsMask != 0) {
      cpu.eflags.set(flags, flagsMask);
    }
  }

  /** After a return outwards, data segments of the inner level can no longer be used. */
  private void dropInnerSegments() {
    for (int register : new int[] {ES, DS, FS, GS}) {
      Segment segment = segments[register];
      boolean anyLevel = segment.isCode() && (segment.access & Segment.CONFORMING) != 0;
      if (segment.access != 0 && !anyLevel && segment.dpl() < registers.cpl) {
        segment.loadNull(0);
      }
    }
    cpu.segmentsChanged();
  }

  /** IRET, with an operand size of 2 or 4 bytes. */
  void returnFromInterrupt(int width) {
    if (registers.isVirtual8086() && registers.iopl() < 3) {
      throw fault.of(GuestFault.PROTECTION, 0);
    }
    if (!registers.isParagraphMode() && (registers.flags & NT) != 0) {
      tasks.change(cpu.mmu.systemLoad16(segments[TR].base), TaskSwitch.RETURN);
      return;
    }
    int offset = stack.load(0, width);
    int selector = stack.load(width, width) & 0xFFFF;
    int flags = stack.load(2 * width, width);
    int mask = cpu.eflags.writable(width) | (width == 4 ? RF : 0);
    if (registers.isParagraphMode()) {
      stack.setPointer(r[ESP] + 3 * width);
      code.enterParagraph(selector, offset);
      cpu.eflags.set(flags, mask);
      return;
    }
    if (width == 4 && (flags & VM) != 0 && registers.cpl == 0) {
      returnToVirtual8086(selector, offset, flags);
      return;
    }
    returnTo(selector, offset, width, 3 * width, 0, flags, mask);
  }

  private void returnToVirtual8086(int selector, int offset, int flags) {
    int pointer = stack.load(12, 4);
    int[] selectors = new int[6];
    selectors[CS] = selector;
    selectors[SS] = stack.load(16, 4) & 0xFFFF;
    selectors[ES] = stack.load(20, 4) & 0xFFFF;
    selectors[DS] = stack.load(24, 4) & 0xFFFF;
    selectors[FS] = stack.load(28, 4) & 0xFFFF;
    selectors[GS] = stack.load(32, 4) & 0xFFFF;
    cpu.eflags.set(flags, Alu.STATUS | Registers.SYSTEM_FLAGS);
    for (int register = 0; register < selectors.length; register++) {
      segments[register].loadParagraph(selectors[register], 0xF3);
    }
    cpu.setPrivilege(3);
    cpu.segmentsChanged();
    r[ESP] = pointer;
    registers.eip = offset & 0xFFFF;
  }
}
