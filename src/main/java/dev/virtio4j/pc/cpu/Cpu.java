package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.CS;
import static dev.virtio4j.pc.cpu.Registers.DS;
import static dev.virtio4j.pc.cpu.Registers.EDX;
import static dev.virtio4j.pc.cpu.Registers.ES;
import static dev.virtio4j.pc.cpu.Registers.FS;
import static dev.virtio4j.pc.cpu.Registers.GS;
import static dev.virtio4j.pc.cpu.Registers.IF;
import static dev.virtio4j.pc.cpu.Registers.RF;
import static dev.virtio4j.pc.cpu.Registers.SS;
import static dev.virtio4j.pc.cpu.Registers.TF;
import static dev.virtio4j.pc.cpu.Registers.TR;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.pc.memory.IoPorts;
import dev.virtio4j.pc.memory.PhysicalMemory;
import dev.virtio4j.pc.x87.Fpu;
import java.io.IOException;
import java.util.function.LongSupplier;

/**
 * A processor of the P6 family: the i686 integer set with CPUID, TSC, CMPXCHG8B and CMOV, x87,
 * paging with PSE and PGE; real, protected and virtual-8086 mode.
 *
 * <p>This class holds the parts together and runs them: it takes interrupts and exceptions between
 * instructions, and finds the code to run. The way of an instruction: {@link Decoder} makes a
 * {@link Block} of micro-operations, {@link CodeCache} keeps it, {@link Interpreter} runs it, with
 * {@link Alu} for arithmetic and {@link Mmu} for memory; where it is hot, the {@link Translator}
 * makes bytecode of it, which does the same faster. {@link Protection} does segments and
 * interrupts.
 *
 * <p>Longer than other files, for what a machine and an instruction may ask of a CPU is all here.
 */
public final class Cpu implements CodeCache.Listener, Stateful {
  private static final int PAGE = 0xFFFFF000;

  final Registers registers = new Registers();
  final Alu alu = new Alu();
  final GuestFault fault = new GuestFault();
  final PhysicalMemory memory;
  final CodeCache code;
  final Mmu mmu;
  final Fpu fpu;
  final Stack stack;
  final Eflags eflags;
  final PortAccess io;
  final ControlRegisters controlRegisters;
  final ModelSpecificRegisters msrs;
  final Protection protection;
  final StringUnit strings;

  /** How many instructions have retired since power-on. */
  long retired;

  private final Decoder decoder;
  private final Interpreter interpreter;
  private final Translator translator;
  private InterruptController interrupts;

  /** Counts what happens; null where nobody does. */
  private Profile profile;

  private boolean interruptRequested;

  /** Whether external interrupts wait for one more instruction, after STI or a load of SS. */
  private boolean held;

  private boolean traced;

  private boolean halted;
  private boolean shutDown;
  private boolean stopRequested;

  /** The mode of the code that runs; see {@link Decoder}. */
  private int mode;

  /**
   * Makes a CPU as after power-on.
   *
   * @param memory the physical memory; the CPU watches it for changes to code
   * @param ports the I/O ports
   * @param time the time-stamp counter's time, in emulated nanoseconds
   * @param hotAfter after how many runs a block is translated; see {@link CpuMode#hotAfter}
   * @param classes has what is translated
   */
  public Cpu(
      PhysicalMemory memory,
      IoPorts ports,
      LongSupplier time,
      int hotAfter,
      TranslatedClasses classes) {
    this.memory = memory;
    code = new CodeCache(memory);
    mmu = new Mmu(registers, memory, code, fault);
    decoder = new Decoder(memory, mmu);
    fpu = new Fpu(new CpuFpuBus(mmu, registers, alu));
    stack = new Stack(this);
    eflags = new Eflags(registers, alu, fault);
    io = new PortAccess(registers, mmu, fault, ports);
    controlRegisters = new ControlRegisters(registers, mmu, fault);
    msrs = new ModelSpecificRegisters(time, fault);
    protection = new Protection(this);
    strings = new StringUnit(this);
    RareOperations rare = new RareOperations(this);
    interpreter = new Interpreter(this, rare, new BlockEnds(this), hotAfter);
    translator = new Translator(this, interpreter, rare, hotAfter, classes);
    code.setListener(this);
    memory.setCodeWatch(code);
    memory.onRemap(mmu::flush);
    reset();
  }

  /**
   * Connects it to who knows the vector of an interrupt.
   *
   * @param interrupts is asked when one is taken
   */
  public void setInterruptController(InterruptController interrupts) {
    this.interrupts = interrupts;
  }

  /**
   * Counts what happens from now on.
   *
   * @param profile where
   */
  public void setProfile(Profile profile) {
    this.profile = profile;
    translator.setProfile(profile);
    io.setProfile(profile);
  }

  /**
   * Drives the INTR pin.
   *
   * @param requested its level
   */
  public void setInterruptRequest(boolean requested) {
    interruptRequested = requested;
  }

  /** As after power-on: real mode, at F000:FFF0, which lies 16 bytes below 4 GiB. */
  public void reset() {
    registers.reset();
    alu.setFlags(0);
    registers.r[EDX] = Cpuid.SIGNATURE;
    registers.eip = 0xFFF0;
    Segment[] segments = registers.segments;
    for (Segment segment : segments) {
      segment.loadParagraph(0, 0x93);
    }
    segments[CS].selector = 0xF000;
    segments[CS].base = 0xFFFF0000;
    segments[Registers.LDT].access = 0x82;
    segments[TR].access = 0x8B;
    fpu.reset();
    halted = false;
    shutDown = false;
    held = false;
    setPrivilege(0);
    mmu.flush();
    segmentsChanged();
  }

  /**
   * Enters 32-bit protected mode without paging: every segment flat, interrupts off.
   *
   * @param codeSelector the selector in CS
   * @param dataSelector the selector in DS, ES, FS, GS and SS
   * @param eip where to start
   */
  public void enterFlat(int codeSelector, int dataSelector, int eip) {
    registers.cr0 |= Registers.CR0_PE;
    for (int register : new int[] {ES, SS, DS, FS, GS}) {
      registers.segments[register].load(dataSelector, 0xFFFF, 0xCF9300);
    }
    registers.segments[CS].load(codeSelector, 0xFFFF, 0xCF9B00);
    registers.eip = eip;
    segmentsChanged();
  }

  /**
   * Reads a general register.
   *
   * @param register {@link Registers#EAX} to {@link Registers#EDI}
   * @return its value
   */
  public int register(int register) {
    return registers.r[register];
  }

  /**
   * Sets a general register.
   *
   * @param register {@link Registers#EAX} to {@link Registers#EDI}
   * @param value its value
   */
  public void setRegister(int register, int value) {
    registers.r[register] = value;
  }

  /** {@return EIP, the offset of the next instruction in the code segment} */
  public int eip() {
    return registers.eip;
  }

  /**
   * Sets GDTR.
   *
   * @param base the linear address of the table
   * @param limit the offset of its last byte, 0 to 65535
   */
  public void setGdtr(int base, int limit) {
    registers.gdtBase = base;
    registers.gdtLimit = limit;
  }

  // --- running
  // -------------------------------------------------------------------------------------

  /**
   * Runs until so many instructions have retired in all, or HLT, a triple fault, or {@link
   * #requestStop}.
   *
   * @param until the count of retired instructions at which to stop
   */
  public void run(long until) {
    stopRequested = false;
    while (retired < until && !stopRequested) {
      try {
        step(until);
      } catch (GuestFault caught) {
        deliver(caught);
      }
    }
    if (profile != null) {
      profile.leave(retired);
    }
  }

  private void step(long until) {
    boolean enabled = (registers.flags & IF) != 0 && !held;
    if (interruptRequested && enabled) {
      halted = false;
      int vector = interrupts.acknowledge();
      if (profile != null) {
        profile.interrupt(interrupts.irq(vector), vector);
      }
      protection.interrupts.deliver(vector, false, 0, false);
    }
    if (halted) {
      stopRequested = true;
      return;
    }
    traced = (registers.flags & TF) != 0;
    boolean single = held || traced || (registers.flags & RF) != 0;
    held = false;
    translator.run(single ? retired + 1 : until);
    if (single) {
      registers.flags &= ~RF;
    }
    if (traced) {
      raiseDebugTrap(1 << 14);
      trap();
    }
  }

  /** Notes a debug trap in DR6; {@link #trap} delivers it. */
  void raiseDebugTrap(int reason) {
    registers.dr[6] |= reason;
  }

  private void trap() {
    throw fault.of(GuestFault.DEBUG, 0);
  }

  /**
   * Delivers a fault; one during its delivery makes a double fault, and one more shuts the CPU
   * down.
   */
  private void deliver(GuestFault caught) {
    int vector = caught.vector;
    int errorCode = caught.errorCode;
    halted = false;
    for (; ; ) {
      if (profile != null) {
        profile.exception(vector);
      }
      try {
        if (vector != GuestFault.DEBUG) {
          registers.flags |= RF;
        }
        protection.interrupts.deliver(vector, GuestFault.hasErrorCode(vector), errorCode, false);
        return;
      } catch (GuestFault second) {
        if (vector == GuestFault.DOUBLE_FAULT) {
          shutDown = true;
          stopRequested = true;
          return;
        }
        boolean doubled = GuestFault.makesDoubleFault(vector, second.vector);
        vector = doubled ? GuestFault.DOUBLE_FAULT : second.vector;
        errorCode = doubled ? 0 : second.errorCode;
      }
    }
  }

  /**
   * INT n, INT3, INTO, and INT1, which no gate's privilege level stops. EIP is that of the next
   * instruction.
   */
  void softwareInterrupt(int vector, boolean privileged) {
    protection.interrupts.deliver(vector, false, 0, !privileged);
    if (profile != null) {
      profile.softwareInterrupt(vector);
    }
  }

  /** {@return how many instructions have retired since power-on} */
  public long retired() {
    return retired;
  }

  /** Makes {@link #run} return after the instruction at hand. */
  public void requestStop() {
    stopRequested = true;
  }

  /** {@return whether HLT has stopped it, until the next interrupt} */
  public boolean isHalted() {
    return halted;
  }

  /** {@return whether a triple fault has shut it down} */
  public boolean isShutDown() {
    return shutDown;
  }

  /** {@return EFLAGS.IF} */
  public boolean interruptsEnabled() {
    return (registers.flags & IF) != 0;
  }

  /** {@return whether an external interrupt waits that it would take} */
  public boolean willWake() {
    return interruptRequested && interruptsEnabled();
  }

  void halt() {
    halted = true;
    stopRequested = true;
  }

  /** Whether a debug trap follows the instruction at hand, or each element of a repeated one. */
  boolean isTraced() {
    return traced;
  }

  /** Lets the instruction at hand end without a debug trap, as INT does and a load of SS. */
  void skipTrap() {
    traced = false;
  }

  /** Keeps external interrupts out until the next instruction has retired. */
  void holdInterrupts() {
    held = true;
  }

  /**
   * The block at an address of the current mode: kept, or decoded now. Faults as the fetch would.
   *
   * @param eip the offset in CS
   */
  Block block(int eip) {
    int linear = registers.segments[CS].base + eip;
    int place = mmu.fetchPlace(linear);
    Block block = code.find(place);
    if (block != null && block.mode == mode && (mode & Decoder.FLAT) != 0 && !block.crosses) {
      return block;
    }
    return slowBlock(linear, place, eip, block);
  }

  private Block slowBlock(int linear, int place, int eip, Block found) {
    Block block = found;
    boolean usable = block != null && block.valid && block.mode == mode;
    if (usable && block.crosses) {
      usable = mmu.fetchPlace((linear & PAGE) + 4096) == block.nextPage;
    }
    if (!usable) {
      block = decoder.decode(linear, place, mode, Decoder.MAX_INSTRUCTIONS);
      if (place >= 0) {
        code.add(place, block);
      }
    }
    if ((mode & Decoder.FLAT) != 0 || inCodeSegment(eip, block)) {
      return block;
    }
    // the block reaches past the limit: perhaps its first instruction does not
    block = decoder.decode(linear, place, mode, 1);
    if (!inCodeSegment(eip, block)) {
      throw fault.of(GuestFault.PROTECTION, 0);
    }
    return block;
  }

  private boolean inCodeSegment(int eip, Block block) {
    long last = (eip & 0xFFFFFFFFL) + block.length - 1;
    return last <= (registers.segments[CS].limit & 0xFFFFFFFFL);
  }

  /**
   * Whether a block may follow another without {@link #block}: in the same linear page, and with no
   * limit to check.
   *
   * @param eip the offset of the one in CS
   * @param other the offset of the other
   */
  boolean mayLink(int eip, int other) {
    return (mode & Decoder.FLAT) != 0 && ((eip ^ other) & PAGE) == 0;
  }

  /** How code is decoded now; see {@link Decoder}. */
  int mode() {
    return mode;
  }

  /** Segment registers or flags changed on which the decoding of code depends. */
  void segmentsChanged() {
    Segment[] segments = registers.segments;
    boolean code32 = segments[CS].big;
    boolean flat =
        code32
            && segments[CS].base == 0
            && segments[CS].limit == -1
            && segments[DS].isFlat()
            && segments[ES].isFlat()
            && segments[SS].isFlat()
            && !segments[SS].isCode();
    mode = (code32 ? Decoder.CODE32 : 0) | (flat ? Decoder.FLAT : 0);
  }

  void setPrivilege(int level) {
    registers.cpl = level;
    mmu.setUser(level == 3);
  }

  @Override
  public void pageAdded(int place) {
    mmu.watch(place);
  }

  @Override
  public void blocksDropped() {
    interpreter.blocksDropped();
    translator.blocksDropped();
  }

  // --- checks
  // --------------------------------------------------------------------------------------

  void needPrivilege() {
    if (registers.cpl != 0) {
      throw fault.of(GuestFault.PROTECTION, 0);
    }
  }

  /**
   * Instructions that make sense with selectors only do not exist in real and virtual-8086 mode.
   */
  void needSelectors() {
    if (registers.isParagraphMode()) {
      throw fault.of(GuestFault.INVALID_OPCODE, 0);
    }
  }

  void checkFpuError() {
    if (fpu.errorPending() && (registers.cr0 & Registers.CR0_NE) != 0) {
      throw fault.of(GuestFault.FPU_ERROR, 0);
    }
  }

  /** Whether an access through a segment is inside its limit and allowed by its type. */
  boolean allows(int segment, int offset, int length, boolean write) {
    return registers.segments[segment].allows(offset, length, write);
  }

  /**
   * The linear address of an access, checked against its segment.
   *
   * @param segment the segment register
   * @param offset the offset of the first byte
   * @param length how many bytes
   * @param write whether it writes
   */
  int linear(int segment, int offset, int length, boolean write) {
    Segment register = registers.segments[segment];
    if (!register.allows(offset, length, write)) {
      throw fault.of(segment == SS ? GuestFault.STACK : GuestFault.PROTECTION, 0);
    }
    return register.base + offset;
  }

  // --- state
  // ---------------------------------------------------------------------------------------

  /** Between two instructions: {@link #run} does not run. */
  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("cpu", 1);
    registers.save(out);
    alu.save(out);
    fpu.save(out);
    mmu.save(out);
    out.i64(retired);
    msrs.save(out);
    out.flag(interruptRequested);
    out.flag(held);
    out.flag(halted);
    out.flag(shutDown);
    out.end();
  }

  /** After the memory. */
  @Override
  public void load(StateReader in) throws IOException {
    code.clear();
    in.begin("cpu", 1);
    registers.load(in);
    setPrivilege(registers.cpl);
    segmentsChanged();
    alu.load(in);
    fpu.load(in);
    mmu.load(in);
    retired = in.i64(0, Long.MAX_VALUE / 4, "the retired instructions");
    msrs.load(in);
    interruptRequested = in.flag();
    held = in.flag();
    halted = in.flag();
    shutDown = in.flag();
    in.end();
  }
}
