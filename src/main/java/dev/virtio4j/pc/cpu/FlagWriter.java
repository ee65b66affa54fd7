package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.TranslatedCode.RESULT;
import static dev.virtio4j.pc.cpu.TranslatedCode.RULE;
import static dev.virtio4j.pc.cpu.TranslatedCode.TEMPORARY;
import static dev.virtio4j.pc.cpu.TranslatedCode.X;
import static dev.virtio4j.pc.cpu.TranslatedCode.Y;

import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/**
 * Writes what has to do with the status flags in translated code. There they are a result and the
 * rule, x and y by which {@link Carries} gives its carries. Inside of a block the rule is mostly
 * known, and a condition becomes a comparison.
 */
final class FlagWriter {
  private static final int UNKNOWN = -1;

  private final TranslatedCode code;

  /** The rule of the flags at hand. */
  private int rule;

  /** Whether the ALU has the flags at hand, too. */
  private boolean clean;

  FlagWriter(TranslatedCode code) {
    this.code = code;
  }

  /** A block begins: the flags are anybody's. */
  void begin() {
    rule = UNKNOWN;
    clean = false;
  }

  /** Takes the flags from the ALU. */
  void fill() {
    code.field("alu", Alu.class);
    code.op(Opcodes.DUP);
    code.call(Alu.class, "carries", "()I");
    code.store(X);
    code.call(Alu.class, "result", "()I");
    code.store(RESULT);
    code.set(RULE, Carries.GIVEN);
    rule = Carries.GIVEN;
    clean = true;
  }

  /** Gives the flags to the ALU. */
  void spill() {
    if (!clean) {
      code.field("alu", Alu.class);
      code.load(RESULT);
      carries();
      code.call(Alu.class, "leave", "(II)V");
      clean = true;
    }
  }

  /** The ALU's flags changed, and nobody sees the flags at hand. */
  void forget() {
    clean = false;
  }

  /** The result, and x and y where the rule has them, were just stored. */
  void left(int by) {
    if (rule != by) {
      code.set(RULE, by);
      rule = by;
    }
    clean = false;
  }

  private void carries() {
    if (rule == Carries.LOGIC) {
      code.constant(0);
    } else if (rule == Carries.GIVEN) {
      code.load(X);
    } else {
      code.load(RULE);
      code.load(X);
      code.load(Y);
      code.load(RESULT);
      code.callStatic(Carries.class, "of", "(IIII)I");
    }
  }

  /** A word whose bit 31 is CF. */
  void carryWord() {
    switch (rule) {
      case Carries.ADD, Carries.ADC -> {
        // (x & y) | ((x | y) & ~result)
        code.load(X);
        code.load(Y);
        code.op(Opcodes.IAND);
        code.load(X);
        code.load(Y);
        code.op(Opcodes.IOR);
        code.load(RESULT);
        code.op(Opcodes.IXOR, -1);
        code.op(Opcodes.IAND);
        code.op(Opcodes.IOR);
      }
      case Carries.SUB, Carries.SBB -> {
        // (~x & y) | (~(x ^ y) & result)
        code.load(X);
        code.op(Opcodes.IXOR, -1);
        code.load(Y);
        code.op(Opcodes.IAND);
        code.load(X);
        code.load(Y);
        code.op(Opcodes.IXOR);
        code.op(Opcodes.IXOR, -1);
        code.load(RESULT);
        code.op(Opcodes.IAND);
        code.op(Opcodes.IOR);
      }
      case Carries.INC, Carries.DEC -> code.load(X);
      default -> carries();
    }
  }

  /** CF as 0 or 1. */
  void carryIn() {
    carryWord();
    code.op(Opcodes.IUSHR, 31);
  }

  /**
   * Jumps if a condition holds.
   *
   * @param condition the low four bits of the opcode
   */
  void jumpIf(int condition, Label label) {
    boolean negated = (condition & 1) != 0;
    int kind = condition >> 1;
    if (kind == 2) {
      compareResult(negated ? Opcodes.IFNE : Opcodes.IFEQ, label);
    } else if (rule == Carries.LOGIC) {
      afterLogic(condition, label);
    } else if (kind == 4 && rule > Carries.GIVEN) {
      compareResult(negated ? Opcodes.IFGE : Opcodes.IFLT, label);
    } else if (isDifference() && (kind == 1 || kind == 3 || kind >= 6)) {
      comparison(kind, negated, label);
    } else if (kind == 1) {
      carryWord();
      code.jump(negated ? Opcodes.IFGE : Opcodes.IFLT, label);
    } else {
      code.constant(condition);
      code.load(RESULT);
      carries();
      code.callStatic(Alu.class, "holds", "(III)Z");
      code.jump(Opcodes.IFNE, label);
    }
  }

  private void compareResult(int opcode, Label label) {
    code.load(RESULT);
    code.jump(opcode, label);
  }

  /** Without carries only the result counts. */
  private void afterLogic(int condition, Label label) {
    boolean negated = (condition & 1) != 0;
    switch (condition >> 1) {
      case 0, 1 -> {
        // overflow and carry never
        if (negated) {
          // always, but what follows must stay reachable
          code.constant(0);
          code.jump(Opcodes.IFEQ, label);
        }
      }
      case 3 -> compareResult(negated ? Opcodes.IFNE : Opcodes.IFEQ, label);
      case 4, 6 -> compareResult(negated ? Opcodes.IFGE : Opcodes.IFLT, label);
      case 7 -> compareResult(negated ? Opcodes.IFGT : Opcodes.IFLE, label);
      default -> {
        code.constant(condition);
        code.load(RESULT);
        code.constant(0);
        code.callStatic(Alu.class, "holds", "(III)Z");
        code.jump(Opcodes.IFNE, label);
      }
    }
  }

  private boolean isDifference() {
    return rule == Carries.SUB || rule == Carries.SUB16 || rule == Carries.SUB8;
  }

  /** After CMP and SUB the conditions compare the operands: B, BE unsigned; L, LE signed. */
  private void comparison(int kind, boolean negated, Label label) {
    boolean signed = kind >= 6;
    operand(X, signed);
    operand(Y, signed);
    boolean orEqual = kind == 3 || kind == 7;
    int opcode =
        orEqual
            ? (negated ? Opcodes.IF_ICMPGT : Opcodes.IF_ICMPLE)
            : (negated ? Opcodes.IF_ICMPGE : Opcodes.IF_ICMPLT);
    code.jump(opcode, label);
  }

  private void operand(int local, boolean signed) {
    code.load(local);
    switch (rule) {
      case Carries.SUB8 -> {
        if (signed) {
          code.op(Opcodes.I2B);
        } else {
          code.op(Opcodes.IAND, 0xFF);
        }
      }
      case Carries.SUB16 -> code.op(signed ? Opcodes.I2S : Opcodes.I2C);
      default -> {
        if (!signed) {
          code.op(Opcodes.IADD, Integer.MIN_VALUE);
        }
      }
    }
  }

  /**
   * Writes an operation of two operands on the stack, whose result stays there.
   *
   * @param operation one of ADD, OR, ADC, SBB, AND, SUB, XOR, CMP, by bits 3 to 5 of the opcode
   * @param width 1, 2 or 4 bytes
   * @param live whether anybody may see its flags
   */
  void arithmetic(int operation, int width, boolean live) {
    boolean carries = operation == 2 || operation == 3;
    boolean logic = operation == 1 || operation == 4 || operation == 6;
    if (carries) {
      // the carry is worked out of x and y, which then change
      code.store(TEMPORARY);
      carryIn();
      code.load(TEMPORARY);
      code.op(Opcodes.SWAP);
      code.store(TEMPORARY);
    }
    if (live && !logic) {
      code.keep(Y);
      code.op(Opcodes.SWAP);
      code.keep(X);
      code.op(Opcodes.SWAP);
    }
    code.op(
        switch (operation) {
          case 0, 2 -> Opcodes.IADD;
          case 1 -> Opcodes.IOR;
          case 4 -> Opcodes.IAND;
          case 6 -> Opcodes.IXOR;
          default -> Opcodes.ISUB;
        });
    if (carries) {
      code.load(TEMPORARY);
      code.op(operation == 2 ? Opcodes.IADD : Opcodes.ISUB);
    }
    extend(width);
    if (live) {
      code.keep(RESULT);
      left(logic ? Carries.LOGIC : rule(operation, width));
      if (operation == 3 && width < 4) {
        // the borrow is not in the operands, which a condition would compare
        carries();
        code.store(X);
        left(Carries.GIVEN);
      }
    }
  }

  void extend(int width) {
    if (width < 4) {
      code.op(width == 2 ? Opcodes.I2S : Opcodes.I2B);
    }
  }

  private static int rule(int operation, int width) {
    boolean sum = operation == 0 || operation == 2;
    return switch (width) {
      case 1 -> sum ? Carries.ADD8 : Carries.SUB8;
      case 2 -> sum ? Carries.ADD16 : Carries.SUB16;
      default ->
          switch (operation) {
            case 0 -> Carries.ADD;
            case 2 -> Carries.ADC;
            case 3 -> Carries.SBB;
            default -> Carries.SUB;
          };
    };
  }

  /** INC or DEC of what is on the stack; the result stays there. */
  void step(boolean up, int width, boolean live) {
    if (live) {
      carryWord();
      code.store(X);
      code.set(Y, 32 - 8 * width);
    }
    code.op(up ? Opcodes.IADD : Opcodes.ISUB, 1);
    extend(width);
    if (live) {
      code.keep(RESULT);
      left(up ? Carries.INC : Carries.DEC);
    }
  }

  /** A shift or multiplication of two operands on the stack by a rule that keeps them. */
  void binary(int opcode, int by, boolean live) {
    if (live) {
      code.keep(Y);
      code.op(Opcodes.SWAP);
      code.keep(X);
      code.op(Opcodes.SWAP);
    }
    code.op(opcode);
    if (live) {
      code.keep(RESULT);
      left(by);
    }
  }
}
