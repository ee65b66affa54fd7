package dev.virtio4j.pc;

import static dev.virtio4j.pc.Registers.CS;
import static dev.virtio4j.pc.Registers.DS;
import static dev.virtio4j.pc.Registers.ES;
import static dev.virtio4j.pc.Registers.ESP;
import static dev.virtio4j.pc.Registers.FS;
import static dev.virtio4j.pc.Registers.GS;
import static dev.virtio4j.pc.Registers.IF;
import static dev.virtio4j.pc.Registers.LDT;
import static dev.virtio4j.pc.Registers.NT;
import static dev.virtio4j.pc.Registers.RF;
import static dev.virtio4j.pc.Registers.SS;
import static dev.virtio4j.pc.Registers.TF;
import static dev.virtio4j.pc.Registers.TR;
import static dev.virtio4j.pc.Registers.VM;

/**
 * Segments and privilege: loading segment registers, far transfers, interrupts and exceptions
 * through gates, and the returns from them. Checks stand in the order of the manual's pseudo-code
 * (IA-32 Software Developer's Manual, volume 2, under each instruction); nothing changes before the
 * last of them.
 *
 * <p>Longer than other files: far CALL, JMP, RET, INT and IRET share most of their checks.
 */
final class Protection {
  private static final int TSS16 = 1;
  private static final int LDT_TYPE = 2;
  private static final int CALL_GATE16 = 4;
  private static final int TASK_GATE = 5;
  private static final int TSS32 = 9;
  private static final int CALL_GATE32 = 12;

  private static final int BUSY = 0x200;
  private static final int ACCESSED = 0x100;

  private final Cpu cpu;
  private final Registers registers;
  private final int[] r;
  private final Segment[] segments;
  private final Mmu mmu;
  private final TaskSwitch tasks;

  /** The descriptor read last. */
  private int low;

  private int high;

  /** A stack that is being built at another privilege level. */
  private final Segment stack = new Segment();

  private int stackPointer;

  Protection(Cpu cpu) {
    this.cpu = cpu;
    registers = cpu.registers;
    r = registers.r;
    segments = registers.segments;
    mmu = cpu.mmu;
    tasks = new TaskSwitch(cpu, this);
  }

  // --- faults
  // --------------------------------------------------------------------------------------

  private GuestFault fault(int vector, int errorCode) {
    return cpu.fault.of(vector, errorCode);
  }

  private GuestFault generalProtection(int selector) {
    return fault(GuestFault.PROTECTION, selector & 0xFFFC);
  }

  private GuestFault notPresent(int selector) {
    return fault(GuestFault.NOT_PRESENT, selector & 0xFFFC);
  }

  /**
   * Instructions that make sense with selectors only do not exist in real and virtual-8086 mode.
   */
  void needSelectors() {
    if (registers.isParagraphMode()) {
      throw fault(GuestFault.INVALID_OPCODE, 0);
    }
  }

  // --- descriptors
  // ---------------------------------------------------------------------------------

  private static boolean isNull(int selector) {
    return (selector & 0xFFFC) == 0;
  }

  private int descriptorAddress(int selector) {
    boolean local = (selector & 4) != 0;
    return (local ? segments[LDT].base : registers.gdtBase) + (selector & 0xFFF8);
  }

  /** Reads a descriptor, if its table has it. */
  private boolean find(int selector) {
    boolean local = (selector & 4) != 0;
    if (local && segments[LDT].access == 0) {
      return false;
    }
    int limit = local ? segments[LDT].limit : registers.gdtLimit;
    if (Integer.compareUnsigned((selector & 0xFFF8) + 7, limit) > 0) {
      return false;
    }
    int address = descriptorAddress(selector);
    low = mmu.systemLoad32(address);
    high = mmu.systemLoad32(address + 4);
    return true;
  }

  /** Reads a descriptor; without one, the fault names the selector. */
  private void read(int selector, int vector) {
    if (!find(selector)) {
      throw fault(vector, selector & 0xFFFC);
    }
  }

  private boolean isPresent() {
    return (high & 0x8000) != 0;
  }

  private int dpl() {
    return high >> 13 & 3;
  }

  private boolean isSystem() {
    return (high & 0x1000) == 0;
  }

  private boolean isCode() {
    return (high & 0x1800) == 0x1800;
  }

  private boolean isConforming() {
    return (high & 0x400) != 0;
  }

  private boolean isWritableData() {
    return (high & 0x1A00) == 0x1200;
  }

  private int systemType() {
    return high >> 8 & 0xF;
  }

  private void markAccessed(int selector) {
    if ((high & ACCESSED) == 0) {
      high |= ACCESSED;
      mmu.systemStore(descriptorAddress(selector) + 4, high, 4);
    }
  }

  void setBusy(int selector, boolean busy) {
    int address = descriptorAddress(selector) + 4;
    int word = mmu.systemLoad32(address);
    mmu.systemStore(address, busy ? word | BUSY : word & ~BUSY, 4);
  }

  // --- data and stack segments
  // ---------------------------------------------------------------------

  /** MOV and POP to a segment register, and LDS and its like. */
  void loadSegment(int register, int selector) {
    if (registers.isParagraphMode()) {
      loadParagraph(register, selector);
    } else if (register == SS) {
      readStackSegment(selector, registers.cpl, GuestFault.PROTECTION);
      markAccessed(selector);
      segments[SS].load(selector, low, high);
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
  private void loadParagraph(int register, int selector) {
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
    if (isNull(selector)) {
      segments[register].loadNull(selector);
      return;
    }
    read(selector, vector);
    boolean readable = !isSystem() && (!isCode() || (high & 0x200) != 0);
    boolean anyLevel = isCode() && isConforming();
    if (!readable || (!anyLevel && ((selector & 3) > dpl() || registers.cpl > dpl()))) {
      throw fault(vector, selector & 0xFFFC);
    }
    if (!isPresent()) {
      throw notPresent(selector);
    }
    markAccessed(selector);
    segments[register].load(selector, low, high);
  }

  /** Reads and checks the descriptor of a stack segment for a privilege level. */
  void readStackSegment(int selector, int level, int vector) {
    if (isNull(selector)) {
      throw fault(vector, 0);
    }
    read(selector, vector);
    if ((selector & 3) != level || !isWritableData() || dpl() != level) {
      throw fault(vector, selector & 0xFFFC);
    }
    if (!isPresent()) {
      throw fault(GuestFault.STACK, selector & 0xFFFC);
    }
  }

  /** Checks and loads the stack segment of a task. */
  void loadTaskStack(int selector, int level) {
    readStackSegment(selector, level, GuestFault.INVALID_TSS);
    markAccessed(selector);
    segments[SS].load(selector, low, high);
  }

  /** Checks and loads the code segment of a task, at its own privilege level. */
  void loadTaskCode(int selector) {
    if (isNull(selector)) {
      throw fault(GuestFault.INVALID_TSS, 0);
    }
    read(selector, GuestFault.INVALID_TSS);
    int level = selector & 3;
    if (!isCode() || (isConforming() ? dpl() > level : dpl() != level)) {
      throw fault(GuestFault.INVALID_TSS, selector & 0xFFFC);
    }
    if (!isPresent()) {
      throw notPresent(selector);
    }
    enterCode(selector, level);
  }

  /** Loads the local descriptor table of a task. */
  void loadTaskTable(int selector) {
    if (isNull(selector)) {
      segments[LDT].loadNull(selector);
      return;
    }
    if ((selector & 4) != 0
        || !find(selector)
        || !isSystem()
        || systemType() != LDT_TYPE
        || !isPresent()) {
      throw fault(GuestFault.INVALID_TSS, selector & 0xFFFC);
    }
    segments[LDT].load(selector, low, high);
  }

  // --- LLDT, LTR, LAR, LSL, VERR, VERW
  // -------------------------------------------------------------

  void loadLocalTable(int selector) {
    needSelectors();
    cpu.needPrivilege();
    if (isNull(selector)) {
      segments[LDT].loadNull(selector);
      return;
    }
    readSystem(selector);
    if (systemType() != LDT_TYPE) {
      throw generalProtection(selector);
    }
    if (!isPresent()) {
      throw notPresent(selector);
    }
    segments[LDT].load(selector, low, high);
  }

  void loadTaskRegister(int selector) {
    needSelectors();
    cpu.needPrivilege();
    if (isNull(selector)) {
      throw generalProtection(0);
    }
    readSystem(selector);
    if (systemType() != TSS16 && systemType() != TSS32) {
      throw generalProtection(selector);
    }
    if (!isPresent()) {
      throw notPresent(selector);
    }
    setBusy(selector, true);
    segments[TR].load(selector, low, high | BUSY);
  }

  /** Reads the descriptor of a system segment, which must be in the global table. */
  private void readSystem(int selector) {
    if ((selector & 4) != 0) {
      throw generalProtection(selector);
    }
    read(selector, GuestFault.PROTECTION);
    if (!isSystem()) {
      throw generalProtection(selector);
    }
  }

  /** Whether the descriptor just read can be seen from the current level with a selector. */
  private boolean isVisible(int selector) {
    return (isCode() && isConforming()) || (registers.cpl <= dpl() && (selector & 3) <= dpl());
  }

  /** LAR and LSL: to a register of 2 or 4 bytes. */
  void accessRights(int register, int selector, boolean limit, int width) {
    needSelectors();
    boolean found = !isNull(selector) && find(selector) && isVisible(selector);
    if (found && isSystem()) {
      int type = systemType();
      boolean segment =
          type == TSS16 || type == 3 || type == LDT_TYPE || type == TSS32 || type == 11;
      found =
          segment || (!limit && (type == CALL_GATE16 || type == TASK_GATE || type == CALL_GATE32));
    }
    cpu.alu.setZero(found);
    if (found) {
      int value = limit ? Segment.limitOf(low, high) : high & 0xF0FF00;
      if (width == 4) {
        r[register] = value;
      } else {
        Interpreter.set16(r, register, value);
      }
    }
  }

  void verify(int selector, boolean writing) {
    needSelectors();
    boolean found = !isNull(selector) && find(selector) && !isSystem() && isVisible(selector);
    if (found) {
      found = writing ? isWritableData() : !isCode() || (high & 0x200) != 0;
    }
    cpu.alu.setZero(found);
  }

  // --- code segments
  // -------------------------------------------------------------------------------

  /** Loads CS with the descriptor just read. */
  private void enterCode(int selector, int level) {
    markAccessed(selector);
    segments[CS].load((selector & 0xFFFC) | level, low, high);
    cpu.setPrivilege(level);
    cpu.segmentsChanged();
  }

  private void checkOffset(int offset) {
    if (Integer.compareUnsigned(offset, Segment.limitOf(low, high)) > 0) {
      throw generalProtection(0);
    }
  }

  private static int narrowed(int value, int width) {
    return width == 2 ? value & 0xFFFF : value;
  }

  private void enterParagraph(int selector, int offset) {
    loadParagraph(CS, selector);
    cpu.segmentsChanged();
    registers.eip = offset;
  }

  void jumpFar(int selector, int offset, int width) {
    if (registers.isParagraphMode()) {
      enterParagraph(selector, offset);
      return;
    }
    readTarget(selector);
    if (isSystem()) {
      jumpThroughGate(selector);
      return;
    }
    checkSameLevel(selector);
    checkOffset(offset);
    enterCode(selector, registers.cpl);
    registers.eip = narrowed(offset, width);
  }

  private void readTarget(int selector) {
    if (isNull(selector)) {
      throw generalProtection(0);
    }
    read(selector, GuestFault.PROTECTION);
  }

  /** Checks that the descriptor is code that may be entered without a gate. */
  private void checkSameLevel(int selector) {
    int cpl = registers.cpl;
    boolean fits =
        isCode() && (isConforming() ? dpl() <= cpl : dpl() == cpl && (selector & 3) <= cpl);
    if (!fits) {
      throw generalProtection(selector);
    }
    if (!isPresent()) {
      throw notPresent(selector);
    }
  }

  private void checkGate(int selector) {
    if (dpl() < registers.cpl || dpl() < (selector & 3)) {
      throw generalProtection(selector);
    }
    if (!isPresent()) {
      throw notPresent(selector);
    }
  }

  private int gateSelector() {
    return low >>> 16;
  }

  private int gateOffset(boolean wide) {
    return wide ? (low & 0xFFFF) | (high & 0xFFFF0000) : low & 0xFFFF;
  }

  /**
   * Checks the call gate, task gate or task state segment that a far transfer names, and changes to
   * the task at once.
   *
   * @return whether it was a task; if not, the call gate is still to be gone through
   */
  private boolean enterTask(int selector, int how) {
    int type = systemType();
    boolean task = type == TASK_GATE || type == TSS16 || type == TSS32;
    if (!task && type != CALL_GATE16 && type != CALL_GATE32) {
      throw generalProtection(selector);
    }
    checkGate(selector);
    if (task) {
      switchTask(type == TASK_GATE ? gateSelector() : selector, how);
    }
    return task;
  }

  private void jumpThroughGate(int selector) {
    if (enterTask(selector, TaskSwitch.JUMP)) {
      return;
    }
    int offset = gateOffset(systemType() == CALL_GATE32);
    int target = gateSelector();
    readTarget(target);
    if (!isCode() || (isConforming() ? dpl() > registers.cpl : dpl() != registers.cpl)) {
      throw generalProtection(target);
    }
    if (!isPresent()) {
      throw notPresent(target);
    }
    checkOffset(offset);
    enterCode(target, registers.cpl);
    registers.eip = offset;
  }

  /** Checks the descriptor of a task and changes to it. */
  private void switchTask(int selector, int how) {
    int vector = how == TaskSwitch.RETURN ? GuestFault.INVALID_TSS : GuestFault.PROTECTION;
    if (isNull(selector) || (selector & 4) != 0 || !find(selector) || !isSystem()) {
      throw fault(vector, selector & 0xFFFC);
    }
    int type = systemType() & ~(BUSY >> 8);
    if (type != TSS16 && type != TSS32) {
      throw fault(vector, selector & 0xFFFC);
    }
    if (!isPresent()) {
      throw notPresent(selector);
    }
    tasks.change(selector, low, high, how);
  }

  void callFar(int selector, int offset, int width) {
    if (registers.isParagraphMode()) {
      int mask = cpu.stack.mask();
      mmu.checkWrite(cpu.linear(SS, r[ESP] - 2 * width & mask, 2 * width, true), 2 * width);
      cpu.stack.push(segments[CS].selector, width);
      cpu.stack.push(registers.eip, width);
      enterParagraph(selector, offset);
      return;
    }
    readTarget(selector);
    if (isSystem()) {
      callThroughGate(selector);
      return;
    }
    checkSameLevel(selector);
    checkOffset(offset);
    useCurrentStack();
    pushReturnAddress(width);
    enterCode(selector, registers.cpl);
    commitStackPointer();
    registers.eip = narrowed(offset, width);
  }

  private void callThroughGate(int selector) {
    if (enterTask(selector, TaskSwitch.CALL)) {
      return;
    }
    int width = systemType() == CALL_GATE32 ? 4 : 2;
    int offset = gateOffset(width == 4);
    int parameters = high & 0x1F;
    int target = gateSelector();
    readTarget(target);
    if (!isCode() || dpl() > registers.cpl) {
      throw generalProtection(target);
    }
    if (!isPresent()) {
      throw notPresent(target);
    }
    checkOffset(offset);
    if (isConforming() || dpl() == registers.cpl) {
      useCurrentStack();
      pushReturnAddress(width);
      enterCode(target, registers.cpl);
      commitStackPointer();
    } else {
      int targetLow = low;
      int targetHigh = high;
      int level = dpl();
      int from = r[ESP];
      useStackOf(level);
      push(segments[SS].selector, width);
      push(from, width);
      for (int i = parameters - 1; i >= 0; i--) {
        push(cpu.stack.loadAt(from + i * width, width), width);
      }
      pushReturnAddress(width);
      low = targetLow;
      high = targetHigh;
      enterCode(target, level);
      segments[SS].copyFrom(stack);
      commitStackPointer();
    }
    registers.eip = offset;
  }

  // --- the stack of a transfer: pushed in full before anything changes
  // ------------------------------

  private void useCurrentStack() {
    stack.copyFrom(segments[SS]);
    stackPointer = r[ESP];
  }

  /** Takes the stack of an inner privilege level from the task state segment. */
  private void useStackOf(int level) {
    Segment task = segments[TR];
    boolean wide = (task.access & 8) != 0;
    int at = wide ? 4 + 8 * level : 2 + 4 * level;
    int size = wide ? 8 : 4;
    if (task.access == 0 || Integer.compareUnsigned(at + size - 1, task.limit) > 0) {
      throw fault(GuestFault.INVALID_TSS, task.selector & 0xFFFC);
    }
    int pointer = wide ? mmu.systemLoad32(task.base + at) : mmu.systemLoad16(task.base + at);
    int selector = mmu.systemLoad16(task.base + at + (wide ? 4 : 2));
    readStackSegment(selector, level, GuestFault.INVALID_TSS);
    markAccessed(selector);
    stack.load(selector, low, high);
    stackPointer = pointer;
  }

  private void push(int value, int width) {
    int mask = stack.big ? -1 : 0xFFFF;
    int offset = stackPointer - width & mask;
    if (!stack.allows(offset, width, true)) {
      boolean inner = stack.selector != segments[SS].selector;
      throw fault(GuestFault.STACK, inner ? stack.selector & 0xFFFC : 0);
    }
    if (stack.dpl() == 3 && registers.cpl == 3) {
      mmu.checkWrite(stack.base + offset, width);
    }
    mmu.systemStore(stack.base + offset, value, width);
    stackPointer = (stackPointer & ~mask) | offset;
  }

  private void pushReturnAddress(int width) {
    push(segments[CS].selector, width);
    push(registers.eip, width);
  }

  private void commitStackPointer() {
    int mask = segments[SS].big ? -1 : 0xFFFF;
    r[ESP] = (r[ESP] & ~mask) | (stackPointer & mask);
    cpu.segmentsChanged();
  }

  // --- returns
  // -------------------------------------------------------------------------------------

  void returnFar(int drop, int width) {
    if (registers.isParagraphMode()) {
      int offset = cpu.stack.load(0, width);
      int selector = cpu.stack.load(width, width) & 0xFFFF;
      cpu.stack.setPointer(r[ESP] + 2 * width + drop);
      enterParagraph(selector, offset);
      return;
    }
    int offset = cpu.stack.load(0, width);
    int selector = cpu.stack.load(width, width) & 0xFFFF;
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
    readTarget(selector);
    if (level < registers.cpl || !isCode() || (isConforming() ? dpl() > level : dpl() != level)) {
      throw generalProtection(selector);
    }
    if (!isPresent()) {
      throw notPresent(selector);
    }
    checkOffset(offset);
    if (level == registers.cpl) {
      enterCode(selector, level);
      cpu.stack.setPointer(r[ESP] + taken + drop);
    } else {
      int codeLow = low;
      int codeHigh = high;
      int pointer = cpu.stack.load(taken + drop, width);
      int stackSelector = cpu.stack.load(taken + drop + width, width) & 0xFFFF;
      readStackSegment(stackSelector, level, GuestFault.PROTECTION);
      markAccessed(stackSelector);
      stack.load(stackSelector, low, high);
      low = codeLow;
      high = codeHigh;
      enterCode(selector, level);
      segments[SS].copyFrom(stack);
      stackPointer = pointer + drop;
      commitStackPointer();
      dropInnerSegments();
    }
    registers.eip = narrowed(offset, width);
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

  void returnFromInterrupt(int width) {
    if (registers.isVirtual8086() && registers.iopl() < 3) {
      throw generalProtection(0);
    }
    if (!registers.isParagraphMode() && (registers.flags & NT) != 0) {
      switchTask(mmu.systemLoad16(segments[TR].base), TaskSwitch.RETURN);
      return;
    }
    int offset = cpu.stack.load(0, width);
    int selector = cpu.stack.load(width, width) & 0xFFFF;
    int flags = cpu.stack.load(2 * width, width);
    if (registers.isParagraphMode()) {
      cpu.stack.setPointer(r[ESP] + 3 * width);
      enterParagraph(selector, offset);
      cpu.eflags.set(flags, cpu.eflags.writable(width) | (width == 4 ? RF : 0));
      return;
    }
    if (width == 4 && (flags & VM) != 0 && registers.cpl == 0) {
      returnToVirtual8086(selector, offset, flags);
      return;
    }
    int mask = cpu.eflags.writable(width) | (width == 4 ? RF : 0);
    returnTo(selector, offset, width, 3 * width, 0, flags, mask);
  }

  private void returnToVirtual8086(int selector, int offset, int flags) {
    int pointer = cpu.stack.load(12, 4);
    int[] selectors = new int[6];
    selectors[CS] = selector;
    selectors[SS] = cpu.stack.load(16, 4) & 0xFFFF;
    selectors[ES] = cpu.stack.load(20, 4) & 0xFFFF;
    selectors[DS] = cpu.stack.load(24, 4) & 0xFFFF;
    selectors[FS] = cpu.stack.load(28, 4) & 0xFFFF;
    selectors[GS] = cpu.stack.load(32, 4) & 0xFFFF;
    cpu.eflags.set(flags, Alu.STATUS | Registers.SYSTEM_FLAGS);
    for (int register = 0; register < selectors.length; register++) {
      segments[register].loadParagraph(selectors[register], 0xF3);
    }
    cpu.setPrivilege(3);
    cpu.segmentsChanged();
    r[ESP] = pointer;
    registers.eip = offset & 0xFFFF;
  }

  // --- interrupts and exceptions
  // -------------------------------------------------------------------

  /**
   * INT n, INT3, INTO, and INT1, which no gate's privilege level stops. EIP is that of the next
   * instruction.
   */
  void softwareInterrupt(int vector, boolean privileged) {
    deliver(vector, false, 0, !privileged);
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
      throw fault(GuestFault.PROTECTION, 0);
    }
    int address = registers.idtBase + vector * 4;
    int offset = mmu.systemLoad16(address);
    int selector = mmu.systemLoad16(address + 2);
    mmu.checkWrite(cpu.linear(SS, r[ESP] - 6 & 0xFFFF, 6, true), 6);
    cpu.stack.push(cpu.eflags.forPush(), 2);
    cpu.stack.push(segments[CS].selector, 2);
    cpu.stack.push(registers.eip, 2);
    registers.flags &= ~(IF | TF | RF | Registers.AC);
    enterParagraph(selector, offset);
  }

  private void deliverThroughGate(
      int vector, boolean hasErrorCode, int errorCode, boolean software) {
    int external = software ? 0 : 1;
    int gateError = vector * 8 + 2 + external;
    if (vector * 8 + 7 > registers.idtLimit) {
      throw fault(GuestFault.PROTECTION, gateError);
    }
    low = mmu.systemLoad32(registers.idtBase + vector * 8);
    high = mmu.systemLoad32(registers.idtBase + vector * 8 + 4);
    int type = high >> 8 & 0x1F;
    boolean task = type == TASK_GATE;
    if (!task && type != 6 && type != 7 && type != 14 && type != 15) {
      throw fault(GuestFault.PROTECTION, gateError);
    }
    if (software && dpl() < registers.cpl) {
      throw fault(GuestFault.PROTECTION, gateError);
    }
    if (!isPresent()) {
      throw fault(GuestFault.NOT_PRESENT, gateError);
    }
    if (task) {
      switchTask(gateSelector(), TaskSwitch.CALL);
      if (hasErrorCode) {
        cpu.stack.push(errorCode, (segments[TR].access & 8) != 0 ? 4 : 2);
      }
      return;
    }
    int width = (type & 8) != 0 ? 4 : 2;
    int offset = gateOffset(width == 4);
    int selector = gateSelector();
    if (isNull(selector)) {
      throw fault(GuestFault.PROTECTION, external);
    }
    if (!find(selector) || !isCode() || dpl() > registers.cpl) {
      throw fault(GuestFault.PROTECTION, (selector & 0xFFFC) | external);
    }
    if (!isPresent()) {
      throw fault(GuestFault.NOT_PRESENT, (selector & 0xFFFC) | external);
    }
    checkOffset(offset);
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
    int codeLow = low;
    int codeHigh = high;
    int level = isConforming() ? registers.cpl : dpl();
    boolean inner = level < registers.cpl;
    if (virtual && (!inner || level != 0)) {
      throw generalProtection(selector);
    }
    if (inner) {
      useStackOf(level);
      if (virtual) {
        push(segments[GS].selector, width);
        push(segments[FS].selector, width);
        push(segments[DS].selector, width);
        push(segments[ES].selector, width);
      }
      push(segments[SS].selector, width);
      push(r[ESP], width);
    } else {
      useCurrentStack();
    }
    push(cpu.eflags.image(), width);
    pushReturnAddress(width);
    if (hasErrorCode) {
      push(errorCode, width);
    }
    low = codeLow;
    high = codeHigh;
    registers.flags &= ~VM;
    enterCode(selector, level);
    if (inner) {
      segments[SS].copyFrom(stack);
      if (virtual) {
        for (int register : new int[] {ES, DS, FS, GS}) {
          segments[register].loadNull(0);
        }
      }
    }
    commitStackPointer();
  }
}
