package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.EAX;
import static dev.virtio4j.pc.cpu.Registers.T1;

/**
 * Decodes the forms of integer arithmetic: the binary operations, INC and DEC, group 3's NOT and
 * NEG, shifts and rotates, TEST and IMUL.
 */
final class ArithmeticDecoder {
  private final Instruction in;
  private final BlockBuilder out;
  private final Operands operands;

  ArithmeticDecoder(Instruction in, BlockBuilder out) {
    this.in = in;
    this.out = out;
    operands = new Operands(in, out);
  }

  /** The six forms of ADD, OR, ADC, SBB, AND, SUB, XOR, CMP. */
  void binary(int operation, int form) {
    int width = in.width(form);
    if (form >= 4) {
      immediate(operation, EAX, width, in.fetchImmediate(width));
      return;
    }
    in.fetchModrm();
    if (form >= 2) {
      register(operation, in.reg, operands.readRm(width), width);
    } else if (operation == 7) {
      register(operation, operands.readRm(width), in.reg, width);
    } else {
      register(operation, operands.modifyRm(width), in.reg, width);
      operands.writeBack(width);
    }
  }

  private void register(int operation, int a, int b, int width) {
    switch (width) {
      case 1 -> {
        if (operation == 7) {
          out.emit(Op.CMP8, a, b);
        } else {
          out.emit(Op.ALU8, a, b, operation, 0, 0);
        }
      }
      case 2 -> out.emit(Op.ALU16, a, b, operation, 0, 0);
      default -> out.emit(Op.ADD + operation, a, b);
    }
  }

  void immediate(int operation, int a, int width, int immediate) {
    switch (width) {
      case 1 -> {
        if (operation == 7) {
          out.emitImmediate(Op.CMP8I, a, immediate);
        } else {
          out.emit(Op.ALU8I, a, 0, operation, 0, immediate);
        }
      }
      case 2 -> out.emit(Op.ALU16I, a, 0, operation, 0, immediate);
      default -> out.emitImmediate(Op.ADDI + operation, a, immediate);
    }
  }

  void test(int a, int b, int width) {
    out.emit(width == 1 ? Op.TEST8 : width == 2 ? Op.TEST16 : Op.TEST, a, b);
  }

  void testImmediate(int a, int width, int immediate) {
    if (width == 2) {
      out.emitImmediate(Op.MOVI, T1, immediate);
      out.emit(Op.TEST16, a, T1);
    } else {
      out.emitImmediate(width == 1 ? Op.TEST8I : Op.TESTI, a, immediate);
    }
  }

  void incDec(int register, int operation32, int operation) {
    if (in.operand32) {
      out.emit(operation32, register, 0);
    } else {
      out.emit(Op.UNARY, register, 0, operation, 2, 0);
    }
  }

  void unary(int operation, int width) {
    int a = operands.modifyRm(width);
    if (width == 4 && operation < 2) {
      out.emit(operation == 0 ? Op.INC : Op.DEC, a, 0);
    } else {
      out.emit(Op.UNARY, a, 0, operation, width, 0);
    }
    operands.writeBack(width);
  }

  /** Group 2 with a constant count. */
  void shift(int width, int count) {
    int masked = count & 0x1F;
    int a = operands.modifyUnlocked(width);
    if (masked != 0) {
      if (width == 4 && in.reg >= 4) {
        out.emitImmediate(in.reg == 5 ? Op.SHRI : in.reg == 7 ? Op.SARI : Op.SHLI, a, masked);
      } else {
        out.emit(Op.SHIFT, a, 0, in.reg, width, masked);
      }
    }
    operands.writeBack(width);
  }

  void shiftByCl(int width) {
    out.emit(Op.SHIFTCL, operands.modifyUnlocked(width), 0, in.reg, width, 0);
    operands.writeBack(width);
  }

  void multiply(int a, int b, int width) {
    out.emit(width == 4 ? Op.IMUL : Op.IMUL16, a, b);
  }
}
