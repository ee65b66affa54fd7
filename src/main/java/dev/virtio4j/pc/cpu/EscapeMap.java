package dev.virtio4j.pc.cpu;

import dev.virtio4j.pc.x87.Fpu;

/**
 * The opcode map of the x87, behind the escape opcodes D8 to DF (IA-32 Software Developer's Manual,
 * volume 2, appendix A.5), as far as decoding needs it: which instructions have a memory operand,
 * how large it is, and whether it is written. What an instruction does, the {@link Fpu} knows.
 */
final class EscapeMap {
  /** In OPERAND_SIZES: the environment, or all of the state. */
  private static final int ENVIRONMENT = -1;

  private static final int STATE = -2;

  // spotless:off
  /** Bytes of the memory operand, by escape and the reg field of ModRM; 0 where there is none. */
  private static final int[][] OPERAND_SIZES = {
    {4, 4, 4, 4, 4,           4,  4,           4},  // D8: arithmetic m32
    {4, 0, 4, 4, ENVIRONMENT, 2,  ENVIRONMENT, 2},  // D9: FLD, FST, FSTP m32; FLDENV, FLDCW, FNSTENV, FNSTCW
    {4, 4, 4, 4, 4,           4,  4,           4},  // DA: arithmetic m32int
    {4, 0, 4, 4, 0,           10, 0,           10}, // DB: FILD, FIST, FISTP m32; FLD, FSTP m80
    {8, 8, 8, 8, 8,           8,  8,           8},  // DC: arithmetic m64
    {8, 0, 8, 8, STATE,       0,  STATE,       2},  // DD: FLD, FST, FSTP m64; FRSTOR, FNSAVE, FNSTSW
    {2, 2, 2, 2, 2,           2,  2,           2},  // DE: arithmetic m16int
    {2, 0, 2, 2, 10,          8,  10,          8},  // DF: FILD, FIST, FISTP m16; FBLD, FILD m64, FBSTP, FISTP m64
  };
  // spotless:on

  private final Instruction in;
  private final BlockBuilder out;
  private final Operands operands;

  EscapeMap(Instruction in, BlockBuilder out) {
    this.in = in;
    this.out = out;
    operands = new Operands(in, out);
  }

  /**
   * Decodes an instruction.
   *
   * @param escape the opcode less D8h, 0 to 7
   */
  void decode(int escape) {
    in.fetchModrm();
    int waits = waits(escape, in.modrm) ? 1 : 0;
    if (in.isRegister()) {
      out.emit(Op.FPU, escape, waits, 0, 0, in.modrm);
      return;
    }
    int length = operandSize(escape, in.modrm, in.operand32);
    if (length == 0) {
      out.undefined();
      return;
    }
    boolean writes = stores(escape, in.modrm);
    operands.linearizeToAddress(length, writes);
    out.emit(
        Op.FPUMEMORY,
        escape,
        Op.lengthCode(length),
        in.operand32 ? 1 : 0,
        waits | (writes ? 2 : 0),
        in.modrm);
  }

  /**
   * The size of the memory operand.
   *
   * @param escape the opcode less D8h, 0 to 7
   * @param modrm the ModRM byte of a memory form
   * @param wide whether the operand size is 32 bits
   * @return the bytes; 0 if there is no such instruction
   */
  static int operandSize(int escape, int modrm, boolean wide) {
    int size = OPERAND_SIZES[escape][modrm >> 3 & 7];
    return switch (size) {
      case ENVIRONMENT -> Fpu.environmentSize(wide);
      case STATE -> Fpu.environmentSize(wide) + 80;
      default -> size;
    };
  }

  /** Whether the memory operand is written. */
  static boolean stores(int escape, int modrm) {
    return (escape & 1) != 0 && (modrm & 0x10) != 0;
  }

  /** Whether the instruction, a memory or a register form, first checks for pending exceptions. */
  static boolean waits(int escape, int modrm) {
    if (modrm < 0xC0) {
      return !((escape == 1 || escape == 5) && (modrm >> 3 & 7) >= 6);
    }
    return !((escape == 3 && (modrm & 0xF8) == 0xE0) || (escape == 7 && modrm == 0xE0));
  }
}
