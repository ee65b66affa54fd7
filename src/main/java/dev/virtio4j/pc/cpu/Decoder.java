package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.ADDRESS;
import static dev.virtio4j.pc.cpu.Registers.CS;
import static dev.virtio4j.pc.cpu.Registers.DS;
import static dev.virtio4j.pc.cpu.Registers.EAX;
import static dev.virtio4j.pc.cpu.Registers.EBP;
import static dev.virtio4j.pc.cpu.Registers.EBX;
import static dev.virtio4j.pc.cpu.Registers.EDI;
import static dev.virtio4j.pc.cpu.Registers.ES;
import static dev.virtio4j.pc.cpu.Registers.ESI;
import static dev.virtio4j.pc.cpu.Registers.ESP;
import static dev.virtio4j.pc.cpu.Registers.FS;
import static dev.virtio4j.pc.cpu.Registers.GS;
import static dev.virtio4j.pc.cpu.Registers.SS;
import static dev.virtio4j.pc.cpu.Registers.T0;
import static dev.virtio4j.pc.cpu.Registers.T1;
import static dev.virtio4j.pc.cpu.Registers.T2;
import static dev.virtio4j.pc.cpu.Registers.ZERO;

import dev.virtio4j.pc.memory.PhysicalMemory;
import dev.virtio4j.pc.x87.Fpu;
import java.util.Arrays;

/**
 * Decodes instructions into blocks of micro-operations ({@link Op}).
 *
 * <p>A block is decoded for a mode: whether code is 32 bits wide, and whether everything is flat
 * (CS, DS, ES and SS reach all 4 GiB from address 0, so that an offset is a linear address). Its
 * bytes come from one physical page; only a single instruction at the end of a page may reach into
 * the next, and is then a block of its own.
 *
 * <p>Longer than other files, because it is the opcode map: one method for each of its two tables.
 */
final class Decoder {
  static final int MAX_INSTRUCTIONS = 32;

  /** Bits of a mode. */
  static final int CODE32 = 1;

  static final int FLAT = 2;

  private static final int PAGE_SIZE = 4096;
  private static final int MAX_LENGTH = 15;

  private final PhysicalMemory memory;
  private final Mmu mmu;

  // The block so far.
  private long[] code = new long[512];
  private int size;
  private final short[] first = new short[MAX_INSTRUCTIONS + 1];
  private final short[] offset = new short[MAX_INSTRUCTIONS + 1];
  private boolean ended;
  private boolean wide;
  private boolean flat;

  // The bytes.
  private int page;
  private int start;
  private int at;
  private int nextLinear;
  private int nextPage;
  private boolean mayCross;
  private boolean crossed;

  // The instruction at hand.
  private int instructionStart;
  private int startOfInstruction;
  private boolean operand32;
  private boolean address32;
  private boolean lock;
  private int repeat;
  private int override;
  private int mod;
  private int reg;
  private int rm;
  private int modrm;

  // Its operand in memory.
  private int base;
  private int index;
  private int scale;
  private int displacement;
  private int segment;
  private boolean linear;

  Decoder(PhysicalMemory memory, Mmu mmu) {
    this.memory = memory;
    this.mmu = mmu;
  }

  /**
   * Decodes a block.
   *
   * @param linear the linear address of its first byte; faults if the first instruction reaches
   *     into a page that cannot be read
   * @param place where in memory that byte is; negative where nothing answers
   * @param mode for what mode
   * @param maximum at most so many instructions, 1 to {@link #MAX_INSTRUCTIONS}
   */
  Block decode(int linear, int place, int mode, int maximum) {
    wide = (mode & CODE32) != 0;
    flat = (mode & FLAT) != 0;
    page = place & -PAGE_SIZE;
    start = place & PAGE_SIZE - 1;
    at = start;
    nextLinear = (linear & -PAGE_SIZE) + PAGE_SIZE;
    nextPage = Block.NONE;
    size = 0;
    ended = false;
    int count = 0;
    while (!ended && count < maximum) {
      mayCross = count == 0;
      crossed = false;
      instructionStart = at;
      first[count] = (short) size;
      offset[count] = (short) (at - start);
      instruction();
      if (crossed) {
        size = first[count];
        at = instructionStart;
        ended = false;
        break;
      }
      count++;
      if (nextPage != Block.NONE) {
        break;
      }
    }
    first[count] = (short) size;
    offset[count] = (short) (at - start);
    if (!ended) {
      emit(Op.NEXT, 0, 0);
      // the last instruction ends the block
      first[count] = (short) size;
    }
    return new Block(
        Arrays.copyOf(code, size),
        Arrays.copyOf(first, count + 1),
        Arrays.copyOf(offset, count + 1),
        mode,
        nextPage);
  }

  // --- bytes
  // ---------------------------------------------------------------------------------------

  private int fetch8() {
    int position = at++;
    if (position < PAGE_SIZE) {
      return byteAt(page + position);
    }
    if (!mayCross) {
      crossed = true;
      return 0;
    }
    if (nextPage == Block.NONE) {
      nextPage = mmu.fetchPlace(nextLinear);
    }
    return byteAt(nextPage + position - PAGE_SIZE);
  }

  private int byteAt(int place) {
    return place >= 0 ? memory.ram[place] & 0xFF : 0xFF;
  }

  private int fetch16() {
    int low = fetch8();
    return low | fetch8() << 8;
  }

  private int fetch32() {
    int low = fetch16();
    return low | fetch16() << 16;
  }

  private int fetchSigned8() {
    return (byte) fetch8();
  }

  /** An immediate of the operand size, at most 32 bits. */
  private int fetchImmediate(int width) {
    return switch (width) {
      case 1 -> fetchSigned8();
      case 2 -> (short) fetch16();
      default -> fetch32();
    };
  }

  /** Where a relative jump by so many bytes goes, relative to the start of the block. */
  private int target(int relative) {
    return at - start + relative;
  }

  // --- emitting
  // ------------------------------------------------------------------------------------

  private void put(long operation) {
    if (size == code.length) {
      code = Arrays.copyOf(code, 2 * size);
    }
    code[size++] = operation;
  }

  private void emit(int operation, int a, int b) {
    put(Op.of(operation, a, b, 0, 0, 0));
  }

  private void emit(int operation, int a, int b, int c, int d, int immediate) {
    put(Op.of(operation, a, b, c, d, immediate));
  }

  private void emitImmediate(int operation, int a, int immediate) {
    put(Op.of(operation, a, 0, 0, 0, immediate));
  }

  /** An operation that is the last of its block. */
  private void emitEnd(int operation, int a, int b, int c, int d, int immediate) {
    put(Op.of(operation, a, b, c, d, immediate));
    ended = true;
  }

  private void emitExit() {
    emitEnd(Op.EXIT, 0, 0, 0, 0, 0);
  }

  /** Takes back the instruction's operations and lets it fault instead. */
  private void emitFault(int vector) {
    size = startOfInstruction;
    lock = false;
    emitEnd(Op.FAULT, 0, 0, 0, 0, vector);
  }

  private void undefined() {
    emitFault(GuestFault.INVALID_OPCODE);
  }

  // --- operands in memory
  // --------------------------------------------------------------------------

  /** Reads the ModRM byte and, if it names memory, the rest of the address. */
  private void fetchModrm() {
    modrm = fetch8();
    mod = modrm >> 6;
    reg = modrm >> 3 & 7;
    rm = modrm & 7;
    linear = false;
    if (mod != 3) {
      if (address32) {
        fetchAddress32();
      } else {
        fetchAddress16();
      }
    }
  }

  private void fetchAddress32() {
    index = ZERO;
    scale = 0;
    displacement = 0;
    segment = DS;
    base = rm;
    if (rm == 4) {
      int sib = fetch8();
      scale = sib >> 6;
      index = (sib >> 3 & 7) == ESP ? ZERO : sib >> 3 & 7;
      base = sib & 7;
    }
    if (base == EBP && mod == 0) {
      base = ZERO;
      displacement = fetch32();
    } else if (base == ESP || base == EBP) {
      segment = SS;
    }
    if (mod == 1) {
      displacement = fetchSigned8();
    } else if (mod == 2) {
      displacement = fetch32();
    }
    overrideSegment();
  }

  private void fetchAddress16() {
    // spotless:off
    base  = switch (rm) { case 0, 1, 7 -> EBX; case 2, 3, 6 -> EBP; case 4 -> ESI; default -> EDI; };
    index = switch (rm) { case 0, 2 -> ESI; case 1, 3 -> EDI; default -> ZERO; };
    // spotless:on
    scale = 0;
    displacement = 0;
    segment = base == EBP ? SS : DS;
    if (mod == 0 && rm == 6) {
      base = ZERO;
      segment = DS;
      displacement = fetch16();
    } else if (mod == 1) {
      displacement = fetchSigned8();
    } else if (mod == 2) {
      displacement = fetch16();
    }
    overrideSegment();
  }

  private void overrideSegment() {
    if (override >= 0) {
      segment = override;
    }
  }

  /** An operation on the operand's address as an offset: LEA, or the address behind a segment. */
  private void emitAddress(int operation, int a, int b, boolean write) {
    long address =
        (long) (base << 17 | index << 21 | scale << 25 | segment << 27 | (write ? 1 << 30 : 0));
    put(Op.of(operation, a, b, 0, 0, displacement) | address << 32);
  }

  /**
   * Sees to it that the operand's linear address is plain: base, index and displacement give it.
   *
   * @param length the operand's length in bytes, for the segment's limit
   * @param write whether it is written
   */
  private void linearize(int length, boolean write) {
    boolean plain = segment == DS || segment == ES || segment == SS;
    if (linear || (flat && address32 && plain)) {
      return;
    }
    linearizeToAddress(length, write);
  }

  /** The same, but always to the register ADDRESS. */
  private void linearizeToAddress(int length, boolean write) {
    int operation = address32 ? Op.LINEAR : Op.LINEAR16;
    emitAddress(operation, ADDRESS, Op.lengthCode(length), write);
    setLinear(ADDRESS, 0);
  }

  private void setLinear(int register, int displacement) {
    base = register;
    index = ZERO;
    scale = 0;
    this.displacement = displacement;
    linear = true;
  }

  private void load(int operation, int a, int length) {
    linearize(length, false);
    emitAddress(operation, a, 0, false);
  }

  private void store(int operation, int b, int length) {
    linearize(length, true);
    emitAddress(operation, 0, b, true);
  }

  /** Loads the operand, zero-extended, to a scratch register. */
  private void loadTo(int scratch, int width) {
    load(width == 1 ? Op.LOADZX8 : width == 2 ? Op.LOADZX16 : Op.LOAD32, scratch, width);
  }

  private void storeFrom(int register, int width) {
    store(width == 1 ? Op.STORE8 : width == 2 ? Op.STORE16 : Op.STORE32, register, width);
  }

  /** Loads the operand to T0 for a later store; a LOCK prefix is fine here. */
  private void modify(int width) {
    linearize(width, true);
    emitAddress(width == 1 ? Op.MODIFY8 : width == 2 ? Op.MODIFY16 : Op.MODIFY32, T0, 0, true);
    lock = false;
  }

  /** The register of the r/m operand, or T0 after loading it. */
  private int readRm(int width) {
    if (mod == 3) {
      return rm;
    }
    loadTo(T0, width);
    return T0;
  }

  /** The same for an operand that is written back by {@link #writeBack}. */
  private int modifyRm(int width) {
    if (mod == 3) {
      return rm;
    }
    modify(width);
    return T0;
  }

  /** The same for an instruction that may not have a LOCK prefix. */
  private int modifyUnlocked(int width) {
    boolean locked = lock;
    int register = modifyRm(width);
    lock = locked;
    return register;
  }

  private void writeBack(int width) {
    if (mod != 3) {
      storeFrom(T0, width);
    }
  }

  private void move(int a, int b, int width) {
    emit(width == 1 ? Op.MOV8 : width == 2 ? Op.MOV16 : Op.MOV, a, b);
  }

  private int operandSize() {
    return operand32 ? 4 : 2;
  }

  /** The width of an operand by bit 0 of the opcode. */
  private int width(int opcode) {
    return (opcode & 1) == 0 ? 1 : operandSize();
  }

  // --- the instruction
  // -----------------------------------------------------------------------------

  private void instruction() {
    startOfInstruction = size;
    operand32 = wide;
    address32 = wide;
    lock = false;
    repeat = 0;
    override = -1;
    int opcode = fetch8();
    while (prefix(opcode)) {
      if (at - instructionStart >= MAX_LENGTH) {
        emitFault(GuestFault.PROTECTION);
        return;
      }
      opcode = fetch8();
    }
    if (opcode == 0x0F) {
      twoByte(fetch8());
    } else {
      oneByte(opcode);
    }
    if (lock) {
      undefined();
    } else if (at - instructionStart > MAX_LENGTH) {
      emitFault(GuestFault.PROTECTION);
    }
  }

  private boolean prefix(int opcode) {
    switch (opcode) {
      case 0x26 -> override = ES;
      case 0x2E -> override = CS;
      case 0x36 -> override = SS;
      case 0x3E -> override = DS;
      case 0x64 -> override = FS;
      case 0x65 -> override = GS;
      case 0x66 -> operand32 = !wide;
      case 0x67 -> address32 = !wide;
      case 0xF0 -> lock = true;
      case 0xF2 -> repeat = 2;
      case 0xF3 -> repeat = 1;
      default -> {
        return false;
      }
    }
    return true;
  }

  private void oneByte(int opcode) {
    int low = opcode & 7;
    switch (opcode >> 3) {
      case 0, 1, 2, 3, 4, 5, 6, 7 -> {
        if (low < 6) {
          arithmetic(opcode >> 3, low);
        } else {
          segmentOrDecimal(opcode);
        }
      }
      case 0x08 -> incDec(low, Op.INC, 0);
      case 0x09 -> incDec(low, Op.DEC, 1);
      case 0x0A -> push(low);
      case 0x0B -> pop(low);
      case 0x0C -> row60(opcode);
      case 0x0D -> row68(opcode);
      case 0x0E, 0x0F -> jumpIf(opcode & 0xF, fetchSigned8());
      case 0x10 -> row80(opcode);
      case 0x11 -> row88(opcode);
      case 0x12 -> {
        if (low != 0) {
          emit(Op.EXCHANGE, EAX, low, 0, operandSize(), 0);
        }
      }
      case 0x13 -> row98(opcode);
      case 0x14, 0x15 -> rowA0(opcode);
      case 0x16 -> emitImmediate(Op.MOV8I, low, fetch8());
      case 0x17 -> moveImmediate(low, operandSize());
      case 0x18 -> rowC0(opcode);
      case 0x19 -> rowC8(opcode);
      case 0x1A -> rowD0(opcode);
      case 0x1B -> fpu(low);
      case 0x1C -> rowE0(opcode);
      case 0x1D -> rowE8(opcode);
      case 0x1E -> rowF0(opcode);
      default -> rowF8(opcode);
    }
  }

  // --- arithmetic
  // ----------------------------------------------------------------------------------

  /** The six forms of ADD, OR, ADC, SBB, AND, SUB, XOR, CMP. */
  private void arithmetic(int operation, int form) {
    int width = width(form);
    if (form >= 4) {
      arithmeticImmediate(operation, EAX, width, fetchImmediate(width));
      return;
    }
    fetchModrm();
    if (form >= 2) {
      arithmeticRegister(operation, reg, readRm(width), width);
    } else if (operation == 7) {
      arithmeticRegister(operation, readRm(width), reg, width);
    } else {
      arithmeticRegister(operation, modifyRm(width), reg, width);
      writeBack(width);
    }
  }

  private void arithmeticRegister(int operation, int a, int b, int width) {
    switch (width) {
      case 1 -> {
        if (operation == 7) {
          emit(Op.CMP8, a, b);
        } else {
          emit(Op.ALU8, a, b, operation, 0, 0);
        }
      }
      case 2 -> emit(Op.ALU16, a, b, operation, 0, 0);
      default -> emit(Op.ADD + operation, a, b);
    }
  }

  private void arithmeticImmediate(int operation, int a, int width, int immediate) {
    switch (width) {
      case 1 -> {
        if (operation == 7) {
          emitImmediate(Op.CMP8I, a, immediate);
        } else {
          emit(Op.ALU8I, a, 0, operation, 0, immediate);
        }
      }
      case 2 -> emit(Op.ALU16I, a, 0, operation, 0, immediate);
      default -> emitImmediate(Op.ADDI + operation, a, immediate);
    }
  }

  private void test(int a, int b, int width) {
    emit(width == 1 ? Op.TEST8 : width == 2 ? Op.TEST16 : Op.TEST, a, b);
  }

  private void testImmediate(int a, int width, int immediate) {
    if (width == 2) {
      emitImmediate(Op.MOVI, T1, immediate);
      emit(Op.TEST16, a, T1);
    } else {
      emitImmediate(width == 1 ? Op.TEST8I : Op.TESTI, a, immediate);
    }
  }

  private void incDec(int register, int operation32, int operation) {
    if (operand32) {
      emit(operation32, register, 0);
    } else {
      emit(Op.UNARY, register, 0, operation, 2, 0);
    }
  }

  private void unary(int operation, int width) {
    int a = modifyRm(width);
    if (width == 4 && operation < 2) {
      emit(operation == 0 ? Op.INC : Op.DEC, a, 0);
    } else {
      emit(Op.UNARY, a, 0, operation, width, 0);
    }
    writeBack(width);
  }

  /** Group 2 with a constant count. */
  private void shift(int width, int count) {
    int masked = count & 0x1F;
    int a = modifyUnlocked(width);
    if (masked != 0) {
      if (width == 4 && reg >= 4) {
        emitImmediate(reg == 5 ? Op.SHRI : reg == 7 ? Op.SARI : Op.SHLI, a, masked);
      } else {
        emit(Op.SHIFT, a, 0, reg, width, masked);
      }
    }
    writeBack(width);
  }

  private void shiftByCl(int width) {
    emit(Op.SHIFTCL, modifyUnlocked(width), 0, reg, width, 0);
    writeBack(width);
  }

  private void moveImmediate(int register, int width) {
    int immediate = fetchImmediate(width);
    emitImmediate(width == 2 ? Op.MOV16I : Op.MOVI, register, immediate);
  }

  // --- stack
  // ---------------------------------------------------------------------------------------

  private boolean isFastStack() {
    return flat && operand32;
  }

  private void push(int register) {
    if (isFastStack()) {
      emit(Op.PUSH, 0, register);
    } else {
      emitImmediateB(Op.STACKPUSH, register, operandSize());
    }
  }

  private void emitImmediateB(int operation, int b, int immediate) {
    put(Op.of(operation, 0, b, 0, 0, immediate));
  }

  private void pushImmediate(int immediate) {
    if (isFastStack()) {
      emitImmediate(Op.PUSHI, 0, immediate);
    } else {
      emitImmediate(Op.MOVI, T0, immediate);
      push(T0);
    }
  }

  private void pop(int register) {
    if (isFastStack()) {
      emit(Op.POP, register, 0);
    } else {
      emit(Op.STACKLOAD, T0, 0, 0, operandSize(), 0);
      emitImmediate(Op.STACKADD, 0, operandSize());
      move(register, T0, operandSize());
    }
  }

  private void popToSegment(int register) {
    emit(Op.STACKLOAD, T0, 0, 0, 2, 0);
    loadSegment(register, T0);
    emitImmediate(Op.STACKADD, 0, operandSize());
    exitAfterSegment(register);
  }

  private void pushSegment(int register) {
    put(Op.of(Op.READSEG, T0, 0, 0, 0, 0) | (long) register << 59);
    push(T0);
  }

  private void loadSegment(int register, int from) {
    put(Op.of(Op.LOADSEG, 0, from, 0, 0, 0) | (long) register << 59);
  }

  /** FS and GS are never taken to be flat; after the others the mode may have changed. */
  private void exitAfterSegment(int register) {
    if (register != FS && register != GS) {
      emitExit();
    }
  }

  /** POP to the r/m operand, whose address is worked out after the stack pointer moved. */
  private void popRm() {
    int width = operandSize();
    if (mod == 3) {
      pop(rm);
      return;
    }
    if (base == ESP) {
      displacement += width;
    }
    emit(Op.STACKLOAD, T0, 0, 0, width, 0);
    storeFrom(T0, width);
    emitImmediate(Op.STACKADD, 0, width);
  }

  // --- jumps
  // ---------------------------------------------------------------------------------------

  private void jumpIf(int condition, int relative) {
    if (operand32) {
      emitEnd(Op.JCC + condition, 0, 0, 0, 0, target(relative));
    } else {
      emitEnd(Op.JCC16, 0, 0, condition, 0, target(relative));
    }
  }

  private void jump(int relative) {
    emitEnd(operand32 ? Op.JMP : Op.JMP16, 0, 0, 0, 0, target(relative));
  }

  private void call(int relative) {
    if (isFastStack()) {
      emitEnd(Op.CALL, 0, 0, 0, 0, target(relative));
    } else {
      emit(Op.NEXTEIP, T0, 0);
      push(T0);
      jump(relative);
    }
  }

  private void callTo(int register) {
    if (isFastStack()) {
      emitEnd(Op.CALLR, 0, register, 0, 0, 0);
    } else {
      emit(operand32 ? Op.MOV : Op.MOVZX16, T1, register);
      emit(Op.NEXTEIP, T0, 0);
      push(T0);
      emitEnd(Op.JMPT, 0, T1, 0, 0, 0);
    }
  }

  private void jumpTo(int register) {
    if (operand32) {
      emitEnd(Op.JMPR, 0, register, 0, 0, 0);
    } else {
      emit(Op.MOVZX16, T0, register);
      emitEnd(Op.JMPT, 0, T0, 0, 0, 0);
    }
  }

  private void ret(int drop) {
    if (isFastStack()) {
      emitEnd(Op.RET, 0, 0, 0, 0, drop);
    } else {
      emit(Op.STACKLOAD, T0, 0, 0, operandSize(), 0);
      emitImmediate(Op.STACKADD, 0, operandSize() + drop);
      emitEnd(Op.JMPT, 0, T0, 0, 0, 0);
    }
  }

  /** Loads a far pointer from memory: the offset to T0, the selector to T1. */
  private void loadFarPointer() {
    int width = operandSize();
    linearize(width + 2, false);
    int saved = displacement;
    loadTo(T0, width);
    displacement += width;
    load(Op.LOADZX16, T1, 2);
    displacement = saved;
  }

  /** LES, LDS, LSS, LFS, LGS. */
  private void loadPointer(int register) {
    if (mod == 3) {
      undefined();
      return;
    }
    loadFarPointer();
    loadSegment(register, T1);
    move(reg, T0, operandSize());
    exitAfterSegment(register);
  }

  private void farImmediate(int operation) {
    emitImmediate(Op.MOVI, T0, operand32 ? fetch32() : fetch16());
    emitImmediate(Op.MOVI, T1, fetch16());
    emitEnd(operation, 0, 0, 0, operandSize(), 0);
  }

  // --- rows of the one-byte map
  // --------------------------------------------------------------------

  private void segmentOrDecimal(int opcode) {
    switch (opcode) {
      case 0x06, 0x0E, 0x16, 0x1E -> pushSegment(opcode >> 3);
      case 0x07, 0x17, 0x1F -> popToSegment(opcode >> 3);
      case 0x27 -> emit(Op.DECIMAL, 0, 0, 0, 0, 0);
      case 0x2F -> emit(Op.DECIMAL, 0, 0, 1, 0, 0);
      case 0x37 -> emit(Op.DECIMAL, 0, 0, 2, 0, 0);
      case 0x3F -> emit(Op.DECIMAL, 0, 0, 3, 0, 0);
      default -> undefined();
    }
  }

  private void row60(int opcode) {
    switch (opcode) {
      case 0x60 -> emit(Op.PUSHALL, 0, 0, 0, operandSize(), 0);
      case 0x61 -> emit(Op.POPALL, 0, 0, 0, operandSize(), 0);
      case 0x62 -> {
        fetchModrm();
        if (mod == 3) {
          undefined();
          return;
        }
        int width = operandSize();
        linearize(2 * width, false);
        load(operand32 ? Op.LOAD32 : Op.LOADSX16, T0, width);
        displacement += width;
        load(operand32 ? Op.LOAD32 : Op.LOADSX16, T1, width);
        emit(Op.BOUNDS, reg, 0, 0, width, 0);
      }
      case 0x63 -> {
        fetchModrm();
        int a = modifyUnlocked(2);
        emit(Op.ARPL, a, reg);
        writeBack(2);
      }
      default -> undefined();
    }
  }

  private void row68(int opcode) {
    switch (opcode) {
      case 0x68 -> pushImmediate(fetchImmediate(operandSize()));
      case 0x6A -> pushImmediate(fetchSigned8());
      case 0x69, 0x6B -> {
        fetchModrm();
        int width = operandSize();
        int source = readRm(width);
        emitImmediate(Op.MOVI, T1, fetchImmediate(opcode == 0x69 ? width : 1));
        multiply(T1, source, width);
        move(reg, T1, width);
      }
      default -> string(opcode);
    }
  }

  private void multiply(int a, int b, int width) {
    emit(width == 4 ? Op.IMUL : Op.IMUL16, a, b);
  }

  private void row80(int opcode) {
    int width = width(opcode);
    fetchModrm();
    switch (opcode) {
      case 0x80, 0x81, 0x82, 0x83 -> {
        int a = reg == 7 ? readRm(width) : modifyRm(width);
        arithmeticImmediate(reg, a, width, fetchImmediate(opcode == 0x81 ? width : 1));
        if (reg != 7) {
          writeBack(width);
        }
      }
      case 0x84, 0x85 -> test(readRm(width), reg, width);
      default -> exchange(width);
    }
  }

  /** XCHG of the r/m operand with a register. */
  private void exchange(int width) {
    if (mod == 3) {
      emit(Op.EXCHANGE, rm, reg, 0, width, 0);
    } else {
      modify(width);
      storeFrom(reg, width);
      move(reg, T0, width);
    }
  }

  private void row88(int opcode) {
    int width = width(opcode);
    fetchModrm();
    switch (opcode) {
      case 0x88, 0x89 -> {
        if (mod == 3) {
          move(rm, reg, width);
        } else {
          storeFrom(reg, width);
        }
      }
      case 0x8A, 0x8B -> {
        if (mod == 3) {
          move(reg, rm, width);
        } else {
          load(width == 1 ? Op.LOAD8 : width == 2 ? Op.LOAD16 : Op.LOAD32, reg, width);
        }
      }
      case 0x8C -> {
        if (reg > GS) {
          undefined();
          return;
        }
        put(Op.of(Op.READSEG, T0, 0, 0, 0, 0) | (long) reg << 59);
        if (mod == 3) {
          move(rm, T0, operandSize());
        } else {
          storeFrom(T0, 2);
        }
      }
      case 0x8D -> {
        if (mod == 3) {
          undefined();
          return;
        }
        int a = operand32 ? reg : T0;
        emitAddress(address32 ? Op.LEA : Op.LEA16, a, 0, false);
        if (!operand32) {
          move(reg, T0, 2);
        }
      }
      case 0x8E -> {
        if (reg > GS || reg == CS) {
          undefined();
          return;
        }
        loadSegment(reg, readRm(2));
        exitAfterSegment(reg);
      }
      default -> {
        if (reg == 0) {
          popRm();
        } else {
          undefined();
        }
      }
    }
  }

  private void row98(int opcode) {
    int width = operandSize();
    switch (opcode) {
      case 0x98 -> emit(Op.CONVERT, 0, 0, operand32 ? 1 : 0, 0, 0);
      case 0x99 -> emit(Op.CONVERT, 0, 0, operand32 ? 3 : 2, 0, 0);
      case 0x9A -> farImmediate(Op.CALLFAR);
      case 0x9B -> emit(Op.WAIT, 0, 0);
      case 0x9C -> {
        emit(Op.READFLAGS, T0, 0);
        push(T0);
      }
      case 0x9D -> {
        emit(Op.STACKLOAD, T0, 0, 0, width, 0);
        emitEnd(Op.WRITEFLAGS, 0, 0, 0, width, 0);
      }
      case 0x9E -> emit(Op.FLAGS, 0, 0, 6, 0, 0);
      default -> emit(Op.FLAGS, 0, 0, 5, 0, 0);
    }
  }

  private void rowA0(int opcode) {
    int width = width(opcode);
    switch (opcode) {
      case 0xA0, 0xA1, 0xA2, 0xA3 -> {
        base = ZERO;
        index = ZERO;
        scale = 0;
        segment = override >= 0 ? override : DS;
        linear = false;
        displacement = address32 ? fetch32() : fetch16();
        if (opcode >= 0xA2) {
          storeFrom(EAX, width);
        } else {
          load(width == 1 ? Op.LOAD8 : width == 2 ? Op.LOAD16 : Op.LOAD32, EAX, width);
        }
      }
      case 0xA8, 0xA9 -> testImmediate(EAX, width, fetchImmediate(width));
      default -> string(opcode);
    }
  }

  private void string(int opcode) {
    int kind = StringUnit.kindOf(opcode);
    boolean port = kind == StringUnit.INS || kind == StringUnit.OUTS;
    long operation =
        Op.of(
                repeat != 0 || port ? Op.REPEAT : Op.STRING,
                kind,
                width(opcode),
                repeat,
                address32 ? 4 : 2,
                0)
            | (long) (override >= 0 ? override : DS) << 59;
    put(operation);
    ended = repeat != 0 || port;
  }

  private void rowC0(int opcode) {
    int width = width(opcode);
    switch (opcode) {
      case 0xC0, 0xC1 -> {
        fetchModrm();
        int count = fetch8();
        shift(width, count);
      }
      case 0xC2 -> ret(fetch16());
      case 0xC3 -> ret(0);
      case 0xC4 -> {
        fetchModrm();
        loadPointer(ES);
      }
      case 0xC5 -> {
        fetchModrm();
        loadPointer(DS);
      }
      default -> {
        fetchModrm();
        if (reg != 0) {
          undefined();
        } else if (mod == 3) {
          int immediate = fetchImmediate(width);
          emitImmediate(width == 1 ? Op.MOV8I : width == 2 ? Op.MOV16I : Op.MOVI, rm, immediate);
        } else {
          int immediate = fetchImmediate(width);
          if (immediate == 0) {
            storeFrom(ZERO, width);
          } else {
            emitImmediate(Op.MOVI, T0, immediate);
            storeFrom(T0, width);
          }
        }
      }
    }
  }

  private void rowC8(int opcode) {
    int width = operandSize();
    switch (opcode) {
      case 0xC8 -> {
        int locals = fetch16();
        emit(Op.ENTER, 0, 0, 0, width, locals | fetch8() << 16);
      }
      case 0xC9 -> {
        if (isFastStack()) {
          setStackAt(EBP);
          load(Op.LOAD32, T0, 4);
          base = EBP;
          displacement = 4;
          emitAddress(Op.LEA, ESP, 0, false);
          emit(Op.MOV, EBP, T0);
        } else {
          emit(Op.LEAVE, 0, 0, 0, width, 0);
        }
      }
      case 0xCA -> emitEnd(Op.RETFAR, 0, 0, 0, width, fetch16());
      case 0xCB -> emitEnd(Op.RETFAR, 0, 0, 0, width, 0);
      case 0xCC -> emitEnd(Op.INT, 0, 0, 1, 0, 3);
      case 0xCD -> emitEnd(Op.INT, 0, 0, 0, 0, fetch8());
      case 0xCE -> emitEnd(Op.INT, 0, 0, 2, 0, 4);
      default -> emitEnd(Op.IRET, 0, 0, 0, width, 0);
    }
  }

  /** The operand becomes what a register points to on a flat stack. */
  private void setStackAt(int register) {
    setLinear(register, 0);
    segment = SS;
  }

  private void rowD0(int opcode) {
    int width = width(opcode);
    switch (opcode) {
      case 0xD0, 0xD1 -> {
        fetchModrm();
        shift(width, 1);
      }
      case 0xD2, 0xD3 -> {
        fetchModrm();
        shiftByCl(width);
      }
      case 0xD4 -> {
        int divisor = fetch8();
        emit(Op.DECIMAL, 0, 0, 4, 0, divisor);
      }
      case 0xD5 -> emit(Op.DECIMAL, 0, 0, 5, 0, fetch8());
      case 0xD6 -> emit(Op.DECIMAL, 0, 0, 6, 0, 0);
      default -> {
        emit(Op.MOVZX8, T0, EAX);
        base = EBX;
        index = T0;
        scale = 0;
        displacement = 0;
        segment = override >= 0 ? override : DS;
        linear = false;
        load(Op.LOAD8, EAX, 1);
      }
    }
  }

  private void fpu(int escape) {
    fetchModrm();
    int waits = Fpu.waits(escape, modrm) ? 1 : 0;
    if (mod == 3) {
      emit(Op.FPU, escape, waits, 0, 0, modrm);
      return;
    }
    int length = Fpu.operandSize(escape, modrm, operand32);
    if (length == 0) {
      undefined();
      return;
    }
    boolean writes = Fpu.stores(escape, modrm);
    linearizeToAddress(length, writes);
    emit(
        Op.FPUMEMORY,
        escape,
        Op.lengthCode(length),
        operand32 ? 1 : 0,
        waits | (writes ? 2 : 0),
        modrm);
  }

  private void rowE0(int opcode) {
    int width = width(opcode);
    switch (opcode) {
      case 0xE0, 0xE1, 0xE2, 0xE3 -> {
        int relative = fetchSigned8();
        emitEnd(Op.LOOP, operand32 ? 0 : 1, 0, opcode & 3, address32 ? 0 : 1, target(relative));
      }
      case 0xE4, 0xE5 -> emitEnd(Op.IN, 0, 0, 0, width, fetch8());
      default -> emitEnd(Op.OUT, 0, 0, 0, width, fetch8());
    }
  }

  private void rowE8(int opcode) {
    int width = width(opcode);
    switch (opcode) {
      case 0xE8 -> call(fetchImmediate(operandSize()));
      case 0xE9 -> jump(fetchImmediate(operandSize()));
      case 0xEA -> farImmediate(Op.JMPFAR);
      case 0xEB -> jump(fetchSigned8());
      case 0xEC, 0xED -> emitEnd(Op.IN, 0, 0, 0, width, -1);
      default -> emitEnd(Op.OUT, 0, 0, 0, width, -1);
    }
  }

  private void rowF0(int opcode) {
    int width = width(opcode);
    switch (opcode) {
      case 0xF1 -> emitEnd(Op.INT, 0, 0, 3, 0, 1);
      case 0xF4 -> emitEnd(Op.HLT, 0, 0, 0, 0, 0);
      case 0xF5 -> emit(Op.FLAGS, 0, 0, 2, 0, 0);
      case 0xF6, 0xF7 -> {
        fetchModrm();
        switch (reg) {
          case 0, 1 -> {
            int a = readRm(width);
            testImmediate(a, width, fetchImmediate(width));
          }
          case 2, 3 -> unary(reg, width);
          case 4, 5 -> emit(Op.MULTIPLY, 0, readRm(width), reg & 1, width, 0);
          default -> emit(Op.DIVIDE, 0, readRm(width), reg & 1, width, 0);
        }
      }
      default -> undefined();
    }
  }

  private void rowF8(int opcode) {
    switch (opcode) {
      case 0xF8 -> emit(Op.FLAGS, 0, 0, 0, 0, 0);
      case 0xF9 -> emit(Op.FLAGS, 0, 0, 1, 0, 0);
      case 0xFA -> emitEnd(Op.CLI, 0, 0, 0, 0, 0);
      case 0xFB -> emitEnd(Op.STI, 0, 0, 0, 0, 0);
      case 0xFC -> emit(Op.FLAGS, 0, 0, 3, 0, 0);
      case 0xFD -> emit(Op.FLAGS, 0, 0, 4, 0, 0);
      default -> {
        fetchModrm();
        if (reg < 2) {
          unary(reg, width(opcode));
        } else if (opcode == 0xFE) {
          undefined();
        } else {
          group5();
        }
      }
    }
  }

  private void group5() {
    switch (reg) {
      case 2 -> callTo(readRm(operandSize()));
      case 3, 5 -> {
        if (mod == 3) {
          undefined();
          return;
        }
        loadFarPointer();
        emitEnd(reg == 3 ? Op.CALLFAR : Op.JMPFAR, 0, 0, 0, operandSize(), 0);
      }
      case 4 -> jumpTo(readRm(operandSize()));
      case 6 -> push(readRm(operandSize()));
      default -> undefined();
    }
  }

  // --- the two-byte map
  // ----------------------------------------------------------------------------

  private void twoByte(int opcode) {
    switch (opcode) {
      case 0x00 -> group6();
      case 0x01 -> group7();
      case 0x02, 0x03 -> {
        fetchModrm();
        int selector = readRm(2);
        emit(Op.ACCESSRIGHTS, reg, selector, opcode & 1, operandSize(), 0);
      }
      case 0x06 -> emitEnd(Op.CLTS, 0, 0, 0, 0, 0);
      case 0x08, 0x09 -> emitEnd(Op.WBINVD, 0, 0, 0, 0, 0);
      case 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F -> fetchModrm(); // hints
      case 0x20, 0x21, 0x22, 0x23 -> controlRegister(opcode);
      case 0x30 -> emitEnd(Op.WRMSR, 0, 0, 0, 0, 0);
      case 0x31 -> emitEnd(Op.RDTSC, 0, 0, 0, 0, 0);
      case 0x32 -> emitEnd(Op.RDMSR, 0, 0, 0, 0, 0);
      case 0xA0 -> pushSegment(FS);
      case 0xA1 -> popToSegment(FS);
      case 0xA2 -> emit(Op.CPUID, 0, 0);
      case 0xA8 -> pushSegment(GS);
      case 0xA9 -> popToSegment(GS);
      case 0xA3, 0xAB, 0xB3, 0xBB -> bitByRegister(opcode >> 3 & 3);
      case 0xA4, 0xAC -> doubleShift(opcode >> 3 & 1, false);
      case 0xA5, 0xAD -> doubleShift(opcode >> 3 & 1, true);
      case 0xAF -> {
        fetchModrm();
        multiply(reg, readRm(operandSize()), operandSize());
      }
      case 0xB0, 0xB1 -> compareExchange(width(opcode));
      case 0xB2 -> {
        fetchModrm();
        loadPointer(SS);
      }
      case 0xB4 -> {
        fetchModrm();
        loadPointer(FS);
      }
      case 0xB5 -> {
        fetchModrm();
        loadPointer(GS);
      }
      case 0xB6, 0xB7, 0xBE, 0xBF -> extend(opcode);
      case 0xBA -> {
        fetchModrm();
        if (reg < 4) {
          undefined();
        } else {
          bitByImmediate(reg & 3);
        }
      }
      case 0xBC, 0xBD -> {
        fetchModrm();
        emit(Op.SCAN, reg, readRm(operandSize()), opcode & 1, operandSize(), 0);
      }
      case 0xC0, 0xC1 -> {
        fetchModrm();
        int width = width(opcode);
        int a = modifyRm(width);
        if (mod == 3) {
          emit(Op.XADD, a, reg, 0, width, 0);
        } else {
          emit(width == 1 ? Op.MOVZX8 : Op.MOV, T1, reg);
          emit(Op.XADD, T0, T1, 0, width, 0);
          storeFrom(T0, width);
          move(reg, T1, width);
        }
      }
      case 0xC7 -> {
        fetchModrm();
        if (reg != 1 || mod == 3) {
          undefined();
          return;
        }
        linearizeToAddress(8, true);
        lock = false;
        emit(Op.CMPXCHG8B, 0, 0);
      }
      default -> twoByteRows(opcode);
    }
  }

  private void twoByteRows(int opcode) {
    switch (opcode >> 4) {
      case 0x4 -> {
        fetchModrm();
        int width = operandSize();
        int source = readRm(width);
        if (width == 4) {
          emit(Op.CMOV, reg, source, opcode & 0xF, 0, 0);
        } else {
          emit(Op.MOV, T1, reg);
          emit(Op.CMOV, T1, source, opcode & 0xF, 0, 0);
          move(reg, T1, 2);
        }
      }
      case 0x8 -> jumpIf(opcode & 0xF, fetchImmediate(operandSize()));
      case 0x9 -> {
        fetchModrm();
        int a = mod == 3 ? rm : T0;
        emit(Op.SETCC, a, 0, opcode & 0xF, 0, 0);
        if (mod != 3) {
          storeFrom(T0, 1);
        }
      }
      case 0xC -> {
        if (opcode < 0xC8) {
          undefined();
        } else {
          emit(Op.BSWAP, opcode & 7, 0, 0, operandSize(), 0);
        }
      }
      default -> undefined();
    }
  }

  private void group6() {
    fetchModrm();
    switch (reg) {
      case 0, 1 -> readSystem(reg);
      case 2 -> emitEnd(Op.LOADLDT, 0, readRm(2), 0, 0, 0);
      case 3 -> emitEnd(Op.LOADTR, 0, readRm(2), 0, 0, 0);
      case 4, 5 -> emit(Op.VERIFY, readRm(2), 0, reg & 1, 0, 0);
      default -> undefined();
    }
  }

  /** SLDT, STR and SMSW: 16 bits to memory, the operand size to a register. */
  private void readSystem(int which) {
    emit(Op.READSYSTEM, T0, 0, which, 0, 0);
    if (mod == 3) {
      move(rm, T0, operandSize());
    } else {
      storeFrom(T0, 2);
    }
  }

  private void group7() {
    fetchModrm();
    switch (reg) {
      case 0, 1 -> {
        if (mod == 3) {
          undefined();
          return;
        }
        linearizeToAddress(6, true);
        emit(Op.STOREWORDS, 0, 0, reg, operandSize(), 0);
      }
      case 2, 3 -> {
        if (mod == 3) {
          undefined();
          return;
        }
        linearize(6, false);
        load(Op.LOADZX16, T0, 2);
        displacement += 2;
        load(Op.LOAD32, T1, 4);
        emitEnd(Op.LOADTABLE, 0, 0, reg & 1, operandSize(), 0);
      }
      case 4 -> readSystem(2);
      case 6 -> emitEnd(Op.LMSW, 0, readRm(2), 0, 0, 0);
      case 7 -> {
        if (mod == 3) {
          undefined();
          return;
        }
        emitAddress(address32 ? Op.LEA : Op.LEA16, ADDRESS, 0, false);
        emitEnd(Op.INVLPG, segment, 0, 0, 0, 0);
      }
      default -> undefined();
    }
  }

  private void controlRegister(int opcode) {
    modrm = fetch8();
    reg = modrm >> 3 & 7;
    rm = modrm & 7;
    switch (opcode) {
      case 0x20 -> {
        if (reg == 1 || reg > 4) {
          undefined();
        } else {
          emit(Op.READCR, rm, reg);
        }
      }
      case 0x21 -> emit(Op.READDR, rm, reg);
      case 0x22 -> {
        if (reg == 1 || reg > 4) {
          undefined();
        } else {
          emitEnd(Op.WRITECR, reg, rm, 0, 0, 0);
        }
      }
      default -> emitEnd(Op.WRITEDR, reg, rm, 0, 0, 0);
    }
  }

  /** BT, BTS, BTR, BTC by a register: in memory, it reaches beyond the operand. */
  private void bitByRegister(int operation) {
    fetchModrm();
    int width = operandSize();
    if (mod == 3) {
      emit(Op.BIT, rm, reg, operation, width, 0);
      return;
    }
    emitAddress(address32 ? Op.LEA : Op.LEA16, ADDRESS, 0, false);
    emit(Op.BITADDRESS, 0, reg, 0, width, 0);
    base = ADDRESS;
    index = ZERO;
    scale = 0;
    displacement = 0;
    bitInMemory(operation, reg, width);
  }

  private void bitInMemory(int operation, int bit, int width) {
    if (operation == 0) {
      loadTo(T0, width);
      emit(Op.BIT, T0, bit, operation, width, 0);
    } else {
      modify(width);
      emit(Op.BIT, T0, bit, operation, width, 0);
      storeFrom(T0, width);
    }
  }

  private void bitByImmediate(int operation) {
    int width = operandSize();
    int bit = fetch8();
    emitImmediate(Op.MOVI, T1, bit);
    if (mod == 3) {
      emit(Op.BIT, rm, T1, operation, width, 0);
    } else {
      bitInMemory(operation, T1, width);
    }
  }

  private void doubleShift(int right, boolean byCl) {
    fetchModrm();
    int width = operandSize();
    int count = byCl ? 32 : fetch8() & 0x1F;
    int a = modifyUnlocked(width);
    emit(Op.SHLD, a, reg, right, width, count);
    writeBack(width);
  }

  private void compareExchange(int width) {
    fetchModrm();
    int a = modifyRm(width);
    emit(Op.CMPXCHG, a, reg, 0, width, 0);
    if (mod == 3) {
      emit(Op.ACCUMULATE, a, 0, 0, width, 0);
      move(rm, T2, width);
    } else {
      storeFrom(T2, width);
      emit(Op.ACCUMULATE, T0, 0, 0, width, 0);
    }
  }

  private void extend(int opcode) {
    fetchModrm();
    boolean signed = (opcode & 8) != 0;
    boolean narrow = (opcode & 1) == 0;
    int a = operand32 ? reg : T1;
    if (mod == 3) {
      int operation =
          narrow ? (signed ? Op.MOVSX8 : Op.MOVZX8) : (signed ? Op.MOVSX16 : Op.MOVZX16);
      emit(operation, a, rm);
    } else {
      int operation =
          narrow ? (signed ? Op.LOADSX8 : Op.LOADZX8) : (signed ? Op.LOADSX16 : Op.LOADZX16);
      load(operation, a, narrow ? 1 : 2);
    }
    if (!operand32) {
      move(reg, T1, 2);
    }
  }
}
