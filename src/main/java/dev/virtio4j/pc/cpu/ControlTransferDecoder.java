package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.T0;
import static dev.virtio4j.pc.cpu.Registers.T1;

/** Decodes jumps, calls and returns. */
final class ControlTransferDecoder {
  private final Instruction in;
  private final BlockBuilder out;
  private final StackDecoder stack;

  ControlTransferDecoder(Instruction in, BlockBuilder out) {
    this.in = in;
    this.out = out;
    stack = new StackDecoder(in, out);
  }

  void jumpIf(int condition, int relative) {
    if (in.operand32) {
      out.end(Op.JCC + condition, 0, 0, 0, 0, in.target(relative));
    } else {
      out.end(Op.JCC16, 0, 0, condition, 0, in.target(relative));
    }
  }

  void jump(int relative) {
    out.end(in.operand32 ? Op.JMP : Op.JMP16, 0, 0, 0, 0, in.target(relative));
  }

  void call(int relative) {
    if (in.hasFlatStack()) {
      out.end(Op.CALL, 0, 0, 0, 0, in.target(relative));
    } else {
      out.emit(Op.NEXTEIP, T0, 0);
      stack.push(T0);
      jump(relative);
    }
  }

  void callTo(int register) {
    if (in.hasFlatStack()) {
      out.end(Op.CALLR, 0, register, 0, 0, 0);
    } else {
      out.emit(in.operand32 ? Op.MOV : Op.MOVZX16, T1, register);
      out.emit(Op.NEXTEIP, T0, 0);
      stack.push(T0);
      out.end(Op.JMPT, 0, T1, 0, 0, 0);
    }
  }

  void jumpTo(int register) {
    if (in.operand32) {
      out.end(Op.JMPR, 0, register, 0, 0, 0);
    } else {
      out.emit(Op.MOVZX16, T0, register);
      out.end(Op.JMPT, 0, T0, 0, 0, 0);
    }
  }

  void ret(int drop) {
    if (in.hasFlatStack()) {
      out.end(Op.RET, 0, 0, 0, 0, drop);
    } else {
      out.emit(Op.STACKLOAD, T0, 0, 0, in.operandSize(), 0);
      out.emitImmediate(Op.STACKADD, 0, in.operandSize() + drop);
      out.end(Op.JMPT, 0, T0, 0, 0, 0);
    }
  }

  void farImmediate(int operation) {
    out.emitImmediate(Op.MOVI, T0, in.operand32 ? in.fetch32() : in.fetch16());
    out.emitImmediate(Op.MOVI, T1, in.fetch16());
    out.end(operation, 0, 0, 0, in.operandSize(), 0);
  }

  /** LOOPNE, LOOPE, LOOP and JCXZ, by the low two bits of the opcode. */
  void loop(int kind, int relative) {
    out.end(Op.LOOP, in.operand32 ? 0 : 1, 0, kind, in.address32 ? 0 : 1, in.target(relative));
  }
}
