package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.CS;
import static dev.virtio4j.pc.cpu.Registers.DS;
import static dev.virtio4j.pc.cpu.Registers.ES;
import static dev.virtio4j.pc.cpu.Registers.FS;
import static dev.virtio4j.pc.cpu.Registers.GS;
import static dev.virtio4j.pc.cpu.Registers.NT;
import static dev.virtio4j.pc.cpu.Registers.SS;
import static dev.virtio4j.pc.cpu.Registers.TR;
import static dev.virtio4j.pc.cpu.Registers.VM;

/**
 * Task switches through the task state segment (IA-32 Software Developer's Manual, volume 3, task
 * management). Linux takes its double faults through one.
 *
 * <pre>
 *   32 bits: 0 link  1C CR3  20 EIP  24 EFLAGS  28 EAX ECX EDX EBX ESP EBP ESI EDI
 *            48 ES CS SS DS FS GS  60 LDT  64 T bit
 *   16 bits: 0 link  0E IP   10 FLAGS  12 AX CX DX BX SP BP SI DI  22 ES CS SS DS  2A LDT
 * </pre>
 */
final class TaskSwitch {
  /** What caused the switch. */
  static final int JUMP = 0;

  static final int CALL = 1;
  static final int RETURN = 2;

  private final Cpu cpu;
  private final DescriptorTables tables;
  private final SegmentLoader loader;
  private final CodeSegmentLoader code;
  private final Registers registers;
  private final Segment[] segments;
  private final Mmu mmu;
  private final GuestFault fault;
  private final Descriptor descriptor = new Descriptor();

  TaskSwitch(Cpu cpu, DescriptorTables tables, SegmentLoader loader, CodeSegmentLoader code) {
    this.cpu = cpu;
    this.tables = tables;
    this.loader = loader;
    this.code = code;
    registers = cpu.registers;
    segments = registers.segments;
    mmu = cpu.mmu;
    fault = cpu.fault;
  }

  /**
   * Leaves the current task for another.
   *
   * @param selector the new task's, which must be in the global table
   * @param how JUMP, CALL (and interrupts), or RETURN
   */
  void change(int selector, int how) {
    readTask(selector, how == RETURN);
    int low = descriptor.low;
    int high = descriptor.high;
    boolean wide = (high & 0x800) != 0;
    Segment task = segments[TR];
    int oldSelector = task.selector;
    int base = Segment.baseOf(low, high);
    // both tasks must be there before anything changes
    mmu.systemLoad32(base);
    mmu.systemLoad32(base + (wide ? 0x64 : 0x28));
    save(task, how == RETURN ? cpu.eflags.image() & ~NT : cpu.eflags.image());
    if (how != CALL) {
      tables.setBusy(oldSelector, false);
    }
    if (how == CALL) {
      mmu.systemStore(base, oldSelector, 2);
    }
    if (how != RETURN) {
      tables.setBusy(selector, true);
    }
    task.load(selector, low, high | Descriptor.BUSY);
    load(task, how == CALL);
  }

  /** Reads and checks the descriptor of a task, which is busy if another task returns to it. */
  private void readTask(int selector, boolean returning) {
    int vector = returning ? GuestFault.INVALID_TSS : GuestFault.PROTECTION;
    if (DescriptorTables.isNull(selector)
        || DescriptorTables.isLocal(selector)
        || !tables.find(selector, descriptor)
        || !descriptor.isSystem()) {
      throw fault.ofSelector(vector, selector);
    }
    int type = descriptor.systemType() & ~(Descriptor.BUSY >> 8);
    if (type != Descriptor.TSS16 && type != Descriptor.TSS32) {
      throw fault.ofSelector(vector, selector);
    }
    tables.checkPresent(selector, GuestFault.NOT_PRESENT, descriptor);
    boolean busy = (descriptor.high & Descriptor.BUSY) != 0;
    if (busy != returning) {
      throw fault.ofSelector(vector, selector);
    }
    int smallest = type == Descriptor.TSS32 ? 0x67 : 0x2B;
    if (Integer.compareUnsigned(descriptor.limit(), smallest) < 0) {
      throw fault.ofSelector(GuestFault.INVALID_TSS, selector);
    }
  }

  private void save(Segment task, int flags) {
    boolean wide = (task.access & 8) != 0;
    int width = wide ? 4 : 2;
    int at = task.base + (wide ? 0x20 : 0x0E);
    mmu.systemStore(at, registers.eip, width);
    mmu.systemStore(at + width, flags, width);
    for (int i = 0; i < 8; i++) {
      mmu.systemStore(at + (2 + i) * width, registers.r[i], width);
    }
    for (int i = ES; i <= (wide ? GS : DS); i++) {
      mmu.systemStore(at + (10 + i) * width, segments[i].selector, 2);
    }
  }

  private void load(Segment task, boolean nested) {
    boolean wide = (task.access & 8) != 0;
    int width = wide ? 4 : 2;
    int at = task.base + (wide ? 0x20 : 0x0E);
    int[] words = new int[17];
    for (int i = 0; i < (wide ? 17 : 15); i++) {
      int address = at + i * width;
      words[i] =
          wide
              ? mmu.systemLoad32(address)
              : mmu.systemLoad16(address) | (i > 1 && i < 10 ? 0xFFFF0000 : 0);
    }
    if (wide && (registers.cr0 & Registers.CR0_PG) != 0) {
      cpu.controlRegisters.setPageDirectory(mmu.systemLoad32(task.base + 0x1C));
    }
    registers.cr0 |= Registers.CR0_TS;
    registers.eip = words[0];
    System.arraycopy(words, 2, registers.r, 0, 8);
    cpu.eflags.set(words[1] | (nested ? NT : 0), Alu.STATUS | Registers.SYSTEM_FLAGS);
    loadSegments(words, wide);
    cpu.segmentsChanged();
    if (wide && (mmu.systemLoad16(task.base + 0x64) & 1) != 0) {
      cpu.raiseDebugTrap(1 << 15);
    }
  }

  /** Selectors are in place before the first check: a fault here belongs to the new task. */
  private void loadSegments(int[] words, boolean wide) {
    for (int i = ES; i <= GS; i++) {
      segments[i].loadNull(i <= DS || wide ? words[10 + i] & 0xFFFF : 0);
    }
    loader.loadTaskTable((wide ? words[16] : words[14]) & 0xFFFF);
    if ((registers.flags & VM) != 0) {
      for (int i = ES; i <= GS; i++) {
        segments[i].loadParagraph(segments[i].selector, 0xF3);
      }
      cpu.setPrivilege(3);
      return;
    }
    int codeSelector = segments[CS].selector;
    code.enterTask(codeSelector);
    int level = codeSelector & 3;
    loader.loadStack(segments[SS], segments[SS].selector, level, GuestFault.INVALID_TSS);
    loader.loadData(ES, segments[ES].selector, GuestFault.INVALID_TSS);
    loader.loadData(DS, segments[DS].selector, GuestFault.INVALID_TSS);
    loader.loadData(FS, segments[FS].selector, GuestFault.INVALID_TSS);
    loader.loadData(GS, segments[GS].selector, GuestFault.INVALID_TSS);
  }
}
