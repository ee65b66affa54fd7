package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.CS;
import static dev.virtio4j.pc.cpu.Registers.DS;
import static dev.virtio4j.pc.cpu.Registers.ES;
import static dev.virtio4j.pc.cpu.Registers.ESP;
import static dev.virtio4j.pc.cpu.Registers.FS;
import static dev.virtio4j.pc.cpu.Registers.GS;
import static dev.virtio4j.pc.cpu.Registers.IF;
import static dev.virtio4j.pc.cpu.Registers.NT;
import static dev.virtio4j.pc.cpu.Registers.RF;
import static dev.virtio4j.pc.cpu.Registers.SS;
import static dev.virtio4j.pc.cpu.Registers.TF;
import static dev.virtio4j.pc.cpu.Registers.TR;
import static dev.virtio4j.pc.cpu.Registers.VM;

/**
 * Delivers interrupts and exceptions: through the interrupt vector table of real mode, or through a
 * gate, also out of virtual-8086 mode. Checks stand in the order of the manual's pseudo-code (IA-32
 * Software Developer's Manual, volume 2, under INT); nothing changes before the last of them.
 */
final class InterruptDelivery {
  private final Cpu cpu;
  private final Registers registers;
  private final int[] r;
  private final Segment[] segments;
  private final Mmu mmu;
  private final GuestFault fault;
  private final DescriptorTables tables;
  private final CodeSegmentLoader code;
  private final TransferStack newStack;
  private final TaskSwitch tasks;
  private final Descriptor descriptor = new Descriptor();

  InterruptDelivery(
      Cpu cpu,
      DescriptorTables tables,
      CodeSegmentLoader code,
      TransferStack newStack,
      TaskSwitch tasks) {
    this.cpu = cpu;
    this.tables = tables;
    this.code = code;
    this.newStack = newStack;
    this.tasks = tasks;
    registers = cpu.registers;
    r = registers.r;
    segments = registers.segments;
    mmu = cpu.mmu;
    fault = cpu.fault;
  }

  /**
   * Goes to the handler of an interrupt or exception. EIP is what the handler returns to.
   *
   * @param vector 0 to 255
   * @param hasErrorCode whether an error code is pushed in protected mode
   * @param errorCode which
   * @param software whether it is an INT instruction, which a gate may deny
   */
  void deliver(int vector, boolean hasErrorCode, int errorCode, boolean software) {
    if (registers.isProtected()) {
      deliverThroughGate(vector, hasErrorCode, errorCode, software);
    } else {
      deliverReal(vector);
    }
  }

  private void deliverReal(int vector) {
    if (vector * 4 + 3 > registers.idtLimit) {
      throw fault.of(GuestFault.PROTECTION, 0);
    }
    int address = registers.idtBase + vector * 4;
    int offset = mmu.systemLoad16(address);
    int selector = mmu.systemLoad16(address + 2);
    mmu.checkWrite(cpu.linear(SS, r[ESP] - 6 & 0xFFFF, 6, true), 6);
    cpu.stack.push(cpu.eflags.forPush(), 2);
    cpu.stack.push(segments[CS].selector, 2);
    cpu.stack.push(registers.eip, 2);
    registers.flags &= ~(IF | TF | RF | Registers.AC);
    code.enterParagraph(selector, offset);
  }

  private void deliverThroughGate(
      int vector, boolean hasErrorCode, int errorCode, boolean software) {
    int external = software ? 0 : 1;
    int gateError = vector * 8 + 2 + external;
    if (vector * 8 + 7 > registers.idtLimit) {
      throw fault.of(GuestFault.PROTECTION, gateError);
    }
    descriptor.low = mmu.systemLoad32(registers.idtBase + vector * 8);
    descriptor.high = mmu.systemLoad32(registers.idtBase + vector * 8 + 4);
    int type = descriptor.high >> 8 & 0x1F;
    boolean task = type == Descriptor.TASK_GATE;
    if (!task && type != 6 && type != 7 && type != 14 && type != 15) {
      throw fault.of(GuestFault.PROTECTION, gateError);
    }
    if (software && descriptor.dpl() < registers.cpl) {
      throw fault.of(GuestFault.PROTECTION, gateError);
    }
    if (!descriptor.isPresent()) {
      throw fault.of(GuestFault.NOT_PRESENT, gateError);
    }
    if (task) {
      tasks.change(descriptor.gateSelector(), TaskSwitch.CALL);
      if (hasErrorCode) {
        cpu.stack.push(errorCode, (segments[TR].access & 8) != 0 ? 4 : 2);
      }
      return;
    }
    int width = (type & 8) != 0 ? 4 : 2;
    int offset = descriptor.gateOffset(width == 4);
    int selector = descriptor.gateSelector();
    if (DescriptorTables.isNull(selector)) {
      throw fault.of(GuestFault.PROTECTION, external);
    }
    if (!tables.find(selector, descriptor)
        || !descriptor.isCode()
        || descriptor.dpl() > registers.cpl) {
      throw fault.of(GuestFault.PROTECTION, (selector & 0xFFFC) | external);
    }
    if (!descriptor.isPresent()) {
      throw fault.of(GuestFault.NOT_PRESENT, (selector & 0xFFFC) | external);
    }
    code.checkOffset(offset, descriptor);
    enterHandler(selector, width, hasErrorCode, errorCode);
    registers.eip = offset;
    registers.flags &= ~(TF | NT | VM | RF | ((type & 1) == 0 ? IF : 0));
    cpu.segmentsChanged();
  }

  /**
   * Pushes what a handler finds on its stack and loads its code segment, whose descriptor was just
   * read.
   */
  private void enterHandler(int selector, int width, boolean hasErrorCode, int errorCode) {
    boolean virtual = registers.isVirtual8086();
    int level = descriptor.isConforming() ? registers.cpl : descriptor.dpl();
    boolean inner = level < registers.cpl;
    if (virtual && (!inner || level != 0)) {
      throw fault.ofSelector(GuestFault.PROTECTION, selector);
    }
    if (inner) {
      newStack.useInner(level);
      if (virtual) {
        newStack.push(segments[GS].selector, width);
        newStack.push(segments[FS].selector, width);
        newStack.push(segments[DS].selector, width);
        newStack.push(segments[ES].selector, width);
      }
      newStack.push(segments[SS].selector, width);
      newStack.push(r[ESP], width);
    } else {
      newStack.useCurrent();
    }
    newStack.push(cpu.eflags.image(), width);
    newStack.pushReturnAddress(width);
    if (hasErrorCode) {
      newStack.push(errorCode, width);
    }
    registers.flags &= ~VM;
    code.enter(selector, level, descriptor);
    if (virtual) {
      for (int register : new int[] {ES, DS, FS, GS}) {
        segments[register].loadNull(0);
      }
    }
    newStack.commit();
  }
}
