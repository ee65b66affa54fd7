package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.CS;
import static dev.virtio4j.pc.cpu.Registers.DS;
import static dev.virtio4j.pc.cpu.Registers.EAX;
import static dev.virtio4j.pc.cpu.Registers.EBX;
import static dev.virtio4j.pc.cpu.Registers.ES;
import static dev.virtio4j.pc.cpu.Registers.GS;
import static dev.virtio4j.pc.cpu.Registers.T0;
import static dev.virtio4j.pc.cpu.Registers.T1;
import static dev.virtio4j.pc.cpu.Registers.ZERO;

/**
 * The one-byte opcode map (IA-32 Software Developer's Manual, volume 2, appendix A, table A-2):
 * what is decoded for each opcode, a row of eight at a time.
 */
final class OneByteMap {
  private final Instruction in;
  private final BlockBuilder out;
  private final Operands operands;
  private final ArithmeticDecoder arithmetic;
  private final StackDecoder stack;
  private final SegmentDecoder segments;
  private final ControlTransferDecoder transfers;
  private final EscapeMap escapes;

  OneByteMap(Instruction in, BlockBuilder out) {
    this.in = in;
    this.out = out;
    operands = new Operands(in, out);
    arithmetic = new ArithmeticDecoder(in, out);
    stack = new StackDecoder(in, out);
    segments = new SegmentDecoder(in, out);
    transfers = new ControlTransferDecoder(in, out);
    escapes = new EscapeMap(in, out);
  }

  void decode(int opcode) {
    int low = opcode & 7;
    switch (opcode >> 3) {
      case 0, 1, 2, 3, 4, 5, 6, 7 -> {
        if (low < 6) {
          arithmetic.binary(opcode >> 3, low);
        } else {
          segmentOrDecimal(opcode);
        }
      }
      case 0x08 -> arithmetic.incDec(low, Op.INC, 0);
      case 0x09 -> arithmetic.incDec(low, Op.DEC, 1);
      case 0x0A -> stack.push(low);
      case 0x0B -> stack.pop(low);
      case 0x0C -> row60(opcode);
      case 0x0D -> row68(opcode);
      case 0x0E, 0x0F -> transfers.jumpIf(opcode & 0xF, in.fetchSigned8());
      case 0x10 -> row80(opcode);
      case 0x11 -> row88(opcode);
      case 0x12 -> {
        if (low != 0) {
          out.emit(Op.EXCHANGE, EAX, low, 0, in.operandSize(), 0);
        }
      }
      case 0x13 -> row98(opcode);
      case 0x14, 0x15 -> rowA0(opcode);
      case 0x16 -> out.emitImmediate(Op.MOV8I, low, in.fetch8());
      case 0x17 -> moveImmediate(low, in.operandSize());
      case 0x18 -> rowC0(opcode);
      case 0x19 -> rowC8(opcode);
      case 0x1A -> rowD0(opcode);
      case 0x1B -> escapes.decode(low);
      case 0x1C -> rowE0(opcode);
      case 0x1D -> rowE8(opcode);
      case 0x1E -> rowF0(opcode);
      default -> rowF8(opcode);
    }
  }

  private void moveImmediate(int register, int width) {
    int immediate = in.fetchImmediate(width);
    out.emitImmediate(width == 2 ? Op.MOV16I : Op.MOVI, register, immediate);
  }

  private void segmentOrDecimal(int opcode) {
    switch (opcode) {
      case 0x06, 0x0E, 0x16, 0x1E -> segments.push(opcode >> 3);
      case 0x07, 0x17, 0x1F -> segments.pop(opcode >> 3);
      case 0x27 -> out.emit(Op.DECIMAL, 0, 0, 0, 0, 0);
      case 0x2F -> out.emit(Op.DECIMAL, 0, 0, 1, 0, 0);
      case 0x37 -> out.emit(Op.DECIMAL, 0, 0, 2, 0, 0);
      case 0x3F -> out.emit(Op.DECIMAL, 0, 0, 3, 0, 0);
      default -> out.undefined();
    }
  }

  private void row60(int opcode) {
    switch (opcode) {
      case 0x60 -> out.emit(Op.PUSHALL, 0, 0, 0, in.operandSize(), 0);
      case 0x61 -> out.emit(Op.POPALL, 0, 0, 0, in.operandSize(), 0);
      case 0x62 -> {
        in.fetchModrm();
        if (in.isRegister()) {
          out.undefined();
          return;
        }
        int width = in.operandSize();
        operands.linearize(2 * width, false);
        operands.load(in.operand32 ? Op.LOAD32 : Op.LOADSX16, T0, width);
        in.displacement += width;
        operands.load(in.operand32 ? Op.LOAD32 : Op.LOADSX16, T1, width);
        out.emit(Op.BOUNDS, in.reg, 0, 0, width, 0);
      }
      case 0x63 -> {
        in.fetchModrm();
        int a = operands.modifyUnlocked(2);
        out.emit(Op.ARPL, a, in.reg);
        operands.writeBack(2);
      }
      default -> out.undefined();
    }
  }

  private void row68(int opcode) {
    switch (opcode) {
      case 0x68 -> stack.pushImmediate(in.fetchImmediate(in.operandSize()));
      case 0x6A -> stack.pushImmediate(in.fetchSigned8());
      case 0x69, 0x6B -> {
        in.fetchModrm();
        int width = in.operandSize();
        int source = operands.readRm(width);
        out.emitImmediate(Op.MOVI, T1, in.fetchImmediate(opcode == 0x69 ? width : 1));
        arithmetic.multiply(T1, source, width);
        operands.move(in.reg, T1, width);
      }
      default -> string(opcode);
    }
  }

  private void row80(int opcode) {
    int width = in.width(opcode);
    in.fetchModrm();
    switch (opcode) {
      case 0x80, 0x81, 0x82, 0x83 -> {
        int a = in.reg == 7 ? operands.readRm(width) : operands.modifyRm(width);
        arithmetic.immediate(in.reg, a, width, in.fetchImmediate(opcode == 0x81 ? width : 1));
        if (in.reg != 7) {
          operands.writeBack(width);
        }
      }
      case 0x84, 0x85 -> arithmetic.test(operands.readRm(width), in.reg, width);
      default -> exchange(width);
    }
  }

  /** XCHG of the r/m operand with a register. */
  private void exchange(int width) {
    if (in.isRegister()) {
      out.emit(Op.EXCHANGE, in.rm, in.reg, 0, width, 0);
    } else {
      operands.modify(width);
      operands.storeFrom(in.reg, width);
      operands.move(in.reg, T0, width);
    }
  }

  private void row88(int opcode) {
    int width = in.width(opcode);
    in.fetchModrm();
    switch (opcode) {
      case 0x88, 0x89 -> {
        if (in.isRegister()) {
          operands.move(in.rm, in.reg, width);
        } else {
          operands.storeFrom(in.reg, width);
        }
      }
      case 0x8A, 0x8B -> {
        if (in.isRegister()) {
          operands.move(in.reg, in.rm, width);
        } else {
          operands.load(width == 1 ? Op.LOAD8 : width == 2 ? Op.LOAD16 : Op.LOAD32, in.reg, width);
        }
      }
      case 0x8C -> {
        if (in.reg > GS) {
          out.undefined();
          return;
        }
        segments.read(in.reg);
        if (in.isRegister()) {
          operands.move(in.rm, T0, in.operandSize());
        } else {
          operands.storeFrom(T0, 2);
        }
      }
      case 0x8D -> {
        if (in.isRegister()) {
          out.undefined();
          return;
        }
        int a = in.operand32 ? in.reg : T0;
        operands.emitAddress(in.address32 ? Op.LEA : Op.LEA16, a, 0, false);
        if (!in.operand32) {
          operands.move(in.reg, T0, 2);
        }
      }
      case 0x8E -> {
        if (in.reg > GS || in.reg == CS) {
          out.undefined();
          return;
        }
        segments.load(in.reg, operands.readRm(2));
        segments.exitAfter(in.reg);
      }
      default -> {
        if (in.reg == 0) {
          stack.popRm();
        } else {
          out.undefined();
        }
      }
    }
  }

  private void row98(int opcode) {
    int width = in.operandSize();
    switch (opcode) {
      case 0x98 -> out.emit(Op.CONVERT, 0, 0, in.operand32 ? 1 : 0, 0, 0);
      case 0x99 -> out.emit(Op.CONVERT, 0, 0, in.operand32 ? 3 : 2, 0, 0);
      case 0x9A -> transfers.farImmediate(Op.CALLFAR);
      case 0x9B -> out.emit(Op.WAIT, 0, 0);
      case 0x9C -> {
        out.emit(Op.READFLAGS, T0, 0);
        stack.push(T0);
      }
      case 0x9D -> {
        out.emit(Op.STACKLOAD, T0, 0, 0, width, 0);
        out.end(Op.WRITEFLAGS, 0, 0, 0, width, 0);
      }
      case 0x9E -> out.emit(Op.FLAGS, 0, 0, 6, 0, 0);
      default -> out.emit(Op.FLAGS, 0, 0, 5, 0, 0);
    }
  }

  private void rowA0(int opcode) {
    int width = in.width(opcode);
    switch (opcode) {
      case 0xA0, 0xA1, 0xA2, 0xA3 -> {
        in.setAddress(ZERO, ZERO, in.address32 ? in.fetch32() : in.fetch16());
        if (opcode >= 0xA2) {
          operands.storeFrom(EAX, width);
        } else {
          operands.load(width == 1 ? Op.LOAD8 : width == 2 ? Op.LOAD16 : Op.LOAD32, EAX, width);
        }
      }
      case 0xA8, 0xA9 -> arithmetic.testImmediate(EAX, width, in.fetchImmediate(width));
      default -> string(opcode);
    }
  }

  private void string(int opcode) {
    int kind = StringUnit.kindOf(opcode);
    boolean port = kind == StringUnit.INS || kind == StringUnit.OUTS;
    boolean ends = in.repeat != 0 || port;
    long operation =
        Op.of(
                ends ? Op.REPEAT : Op.STRING,
                kind,
                in.width(opcode),
                in.repeat,
                in.address32 ? 4 : 2,
                0)
            | (long) in.dataSegment() << 59;
    if (ends) {
      out.end(operation);
    } else {
      out.put(operation);
    }
  }

  private void rowC0(int opcode) {
    int width = in.width(opcode);
    switch (opcode) {
      case 0xC0, 0xC1 -> {
        in.fetchModrm();
        int count = in.fetch8();
        arithmetic.shift(width, count);
      }
      case 0xC2 -> transfers.ret(in.fetch16());
      case 0xC3 -> transfers.ret(0);
      case 0xC4 -> {
        in.fetchModrm();
        segments.loadWithPointer(ES);
      }
      case 0xC5 -> {
        in.fetchModrm();
        segments.loadWithPointer(DS);
      }
      default -> {
        in.fetchModrm();
        if (in.reg != 0) {
          out.undefined();
        } else if (in.isRegister()) {
          int immediate = in.fetchImmediate(width);
          out.emitImmediate(
              width == 1 ? Op.MOV8I : width == 2 ? Op.MOV16I : Op.MOVI, in.rm, immediate);
        } else {
          int immediate = in.fetchImmediate(width);
          if (immediate == 0) {
            operands.storeFrom(ZERO, width);
          } else {
            out.emitImmediate(Op.MOVI, T0, immediate);
            operands.storeFrom(T0, width);
          }
        }
      }
    }
  }

  private void rowC8(int opcode) {
    int width = in.operandSize();
    switch (opcode) {
      case 0xC8 -> {
        int locals = in.fetch16();
        out.emit(Op.ENTER, 0, 0, 0, width, locals | in.fetch8() << 16);
      }
      case 0xC9 -> stack.leave();
      case 0xCA -> out.end(Op.RETFAR, 0, 0, 0, width, in.fetch16());
      case 0xCB -> out.end(Op.RETFAR, 0, 0, 0, width, 0);
      case 0xCC -> out.end(Op.INT, 0, 0, 1, 0, 3);
      case 0xCD -> out.end(Op.INT, 0, 0, 0, 0, in.fetch8());
      case 0xCE -> out.end(Op.INT, 0, 0, 2, 0, 4);
      default -> out.end(Op.IRET, 0, 0, 0, width, 0);
    }
  }

  private void rowD0(int opcode) {
    int width = in.width(opcode);
    switch (opcode) {
      case 0xD0, 0xD1 -> {
        in.fetchModrm();
        arithmetic.shift(width, 1);
      }
      case 0xD2, 0xD3 -> {
        in.fetchModrm();
        arithmetic.shiftByCl(width);
      }
      case 0xD4 -> {
        int divisor = in.fetch8();
        out.emit(Op.DECIMAL, 0, 0, 4, 0, divisor);
      }
      case 0xD5 -> out.emit(Op.DECIMAL, 0, 0, 5, 0, in.fetch8());
      case 0xD6 -> out.emit(Op.DECIMAL, 0, 0, 6, 0, 0);
      default -> {
        out.emit(Op.MOVZX8, T0, EAX);
        in.setAddress(EBX, T0, 0);
        operands.load(Op.LOAD8, EAX, 1);
      }
    }
  }

  private void rowE0(int opcode) {
    int width = in.width(opcode);
    switch (opcode) {
      case 0xE0, 0xE1, 0xE2, 0xE3 -> transfers.loop(opcode & 3, in.fetchSigned8());
      case 0xE4, 0xE5 -> out.end(Op.IN, 0, 0, 0, width, in.fetch8());
      default -> out.end(Op.OUT, 0, 0, 0, width, in.fetch8());
    }
  }

  private void rowE8(int opcode) {
    int width = in.width(opcode);
    switch (opcode) {
      case 0xE8 -> transfers.call(in.fetchImmediate(in.operandSize()));
      case 0xE9 -> transfers.jump(in.fetchImmediate(in.operandSize()));
      case 0xEA -> transfers.farImmediate(Op.JMPFAR);
      case 0xEB -> transfers.jump(in.fetchSigned8());
      case 0xEC, 0xED -> out.end(Op.IN, 0, 0, 0, width, -1);
      default -> out.end(Op.OUT, 0, 0, 0, width, -1);
    }
  }

  private void rowF0(int opcode) {
    int width = in.width(opcode);
    switch (opcode) {
      case 0xF1 -> out.end(Op.INT, 0, 0, 3, 0, 1);
      case 0xF4 -> out.end(Op.HLT, 0, 0, 0, 0, 0);
      case 0xF5 -> out.emit(Op.FLAGS, 0, 0, 2, 0, 0);
      case 0xF6, 0xF7 -> {
        in.fetchModrm();
        switch (in.reg) {
          case 0, 1 -> {
            int a = operands.readRm(width);
            arithmetic.testImmediate(a, width, in.fetchImmediate(width));
          }
          case 2, 3 -> arithmetic.unary(in.reg, width);
          case 4, 5 -> out.emit(Op.MULTIPLY, 0, operands.readRm(width), in.reg & 1, width, 0);
          default -> out.emit(Op.DIVIDE, 0, operands.readRm(width), in.reg & 1, width, 0);
        }
      }
      default -> out.undefined();
    }
  }

  private void rowF8(int opcode) {
    switch (opcode) {
      case 0xF8 -> out.emit(Op.FLAGS, 0, 0, 0, 0, 0);
      case 0xF9 -> out.emit(Op.FLAGS, 0, 0, 1, 0, 0);
      case 0xFA -> out.end(Op.CLI, 0, 0, 0, 0, 0);
      case 0xFB -> out.end(Op.STI, 0, 0, 0, 0, 0);
      case 0xFC -> out.emit(Op.FLAGS, 0, 0, 3, 0, 0);
      case 0xFD -> out.emit(Op.FLAGS, 0, 0, 4, 0, 0);
      default -> {
        in.fetchModrm();
        if (in.reg < 2) {
          arithmetic.unary(in.reg, in.width(opcode));
        } else if (opcode == 0xFE) {
          out.undefined();
        } else {
          group5();
        }
      }
    }
  }

  private void group5() {
    switch (in.reg) {
      case 2 -> transfers.callTo(operands.readRm(in.operandSize()));
      case 3, 5 -> {
        if (in.isRegister()) {
          out.undefined();
          return;
        }
        segments.loadFarPointer();
        out.end(in.reg == 3 ? Op.CALLFAR : Op.JMPFAR, 0, 0, 0, in.operandSize(), 0);
      }
      case 4 -> transfers.jumpTo(operands.readRm(in.operandSize()));
      case 6 -> stack.push(operands.readRm(in.operandSize()));
      default -> out.undefined();
    }
  }
}
