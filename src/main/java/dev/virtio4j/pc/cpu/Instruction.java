package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.CS;
import static dev.virtio4j.pc.cpu.Registers.DS;
import static dev.virtio4j.pc.cpu.Registers.EBP;
import static dev.virtio4j.pc.cpu.Registers.EBX;
import static dev.virtio4j.pc.cpu.Registers.EDI;
import static dev.virtio4j.pc.cpu.Registers.ES;
import static dev.virtio4j.pc.cpu.Registers.ESI;
import static dev.virtio4j.pc.cpu.Registers.ESP;
import static dev.virtio4j.pc.cpu.Registers.FS;
import static dev.virtio4j.pc.cpu.Registers.GS;
import static dev.virtio4j.pc.cpu.Registers.SS;
import static dev.virtio4j.pc.cpu.Registers.ZERO;

/**
 * The instruction that is being decoded, by its format (IA-32 Software Developer's Manual, volume
 * 2, section 2.1): prefixes, ModRM and SIB bytes, displacement and immediate. Its operand in memory
 * is an address as {@link Op} has it; {@link Operands} emits what is done with it.
 */
final class Instruction {
  /** Whether operands and addresses have 32 bits: by the mode of the code and the prefixes. */
  boolean operand32;

  boolean address32;

  /** Whether there is a LOCK prefix that no operation has taken yet. */
  boolean lock;

  /** 1 for REP and REPE, 2 for REPNE, 0 without such a prefix. */
  int repeat;

  /** The ModRM byte and two of its fields. */
  int modrm;

  int reg;
  int rm;

  /** The address of the operand in memory. */
  int base;

  int index;
  int scale;
  int displacement;
  int segment;

  private final CodeBytes code;
  private boolean wide;
  private boolean flat;
  private int start;
  private int mod;

  /** Whether base, index and displacement give the linear address. */
  private boolean linear;

  /** The segment register that a prefix names; negative without one. */
  private int override;

  Instruction(CodeBytes code) {
    this.code = code;
  }

  /**
   * Begins an instruction.
   *
   * @param mode the mode of the code; see {@link Decoder}
   */
  void begin(int mode) {
    wide = (mode & Decoder.CODE32) != 0;
    flat = (mode & Decoder.FLAT) != 0;
    start = code.offset();
    operand32 = wide;
    address32 = wide;
    lock = false;
    repeat = 0;
    override = -1;
  }

  /** Takes a byte if it is a prefix; else says no. */
  boolean prefix(int opcode) {
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

  /** How many bytes of it were read. */
  int length() {
    return code.offset() - start;
  }

  // --- immediates
  // ----------------------------------------------------------------------------------

  int fetch8() {
    return code.next();
  }

  int fetch16() {
    int low = fetch8();
    return low | fetch8() << 8;
  }

  int fetch32() {
    int low = fetch16();
    return low | fetch16() << 16;
  }

  int fetchSigned8() {
    return (byte) fetch8();
  }

  /** An immediate of the operand size, at most 32 bits. */
  int fetchImmediate(int width) {
    return switch (width) {
      case 1 -> fetchSigned8();
      case 2 -> (short) fetch16();
      default -> fetch32();
    };
  }

  /** Where a relative jump by so many bytes goes, relative to the start of the block. */
  int target(int relative) {
    return code.offset() + relative;
  }

  // --- sizes
  // ---------------------------------------------------------------------------------------

  /** 2 or 4 bytes. */
  int operandSize() {
    return operand32 ? 4 : 2;
  }

  /** The width of an operand by bit 0 of the opcode. */
  int width(int opcode) {
    return (opcode & 1) == 0 ? 1 : operandSize();
  }

  /** Whether it pushes and pops 32 bits on a stack that is flat. */
  boolean hasFlatStack() {
    return flat && operand32;
  }

  // --- ModRM and the address
  // -----------------------------------------------------------------------

  /** Reads the ModRM byte and, if it names memory, the rest of the address. */
  void fetchModrm() {
    fetchRegisters();
    mod = modrm >> 6;
    linear = false;
    if (mod != 3) {
      if (address32) {
        fetchAddress32();
      } else {
        fetchAddress16();
      }
    }
  }

  /** Reads a ModRM byte that names two registers whatever its field mod is. */
  void fetchRegisters() {
    modrm = fetch8();
    reg = modrm >> 3 & 7;
    rm = modrm & 7;
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

  /** The segment of an operand that lies behind DS unless a prefix says otherwise. */
  int dataSegment() {
    return override >= 0 ? override : DS;
  }

  /** Whether the r/m operand is a register. */
  boolean isRegister() {
    return mod == 3;
  }

  /** The operand lies at an offset behind {@link #dataSegment}, and there is no ModRM byte. */
  void setAddress(int base, int index, int displacement) {
    this.base = base;
    this.index = index;
    scale = 0;
    this.displacement = displacement;
    segment = dataSegment();
    linear = false;
  }

  /** The operand's offset is now in a register. */
  void setOffset(int register) {
    base = register;
    index = ZERO;
    scale = 0;
    displacement = 0;
  }

  /** The operand's linear address is now in a register. */
  void setLinear(int register) {
    setOffset(register);
    linear = true;
  }

  /** Whether base, index and displacement give the operand's linear address as they are. */
  boolean isLinear() {
    boolean maybeFlat = segment == DS || segment == ES || segment == SS;
    return linear || (flat && address32 && maybeFlat);
  }
}
