package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.EBP;
import static dev.virtio4j.pc.cpu.Registers.ESP;
import static dev.virtio4j.pc.cpu.Registers.SS;
import static dev.virtio4j.pc.cpu.Registers.T0;

/** Decodes what pushes and pops registers, memory and immediates, and LEAVE. */
final class StackDecoder {
  private final Instruction in;
  private final BlockBuilder out;
  private final Operands operands;

  StackDecoder(Instruction in, BlockBuilder out) {
    this.in = in;
    this.out = out;
    operands = new Operands(in, out);
  }

  void push(int register) {
    if (in.hasFlatStack()) {
      out.emit(Op.PUSH, 0, register);
    } else {
      out.emit(Op.STACKPUSH, 0, register, 0, 0, in.operandSize());
    }
  }

  void pushImmediate(int immediate) {
    if (in.hasFlatStack()) {
      out.emitImmediate(Op.PUSHI, 0, immediate);
    } else {
      out.emitImmediate(Op.MOVI, T0, immediate);
      push(T0);
    }
  }

  void pop(int register) {
    if (in.hasFlatStack()) {
      out.emit(Op.POP, register, 0);
    } else {
      out.emit(Op.STACKLOAD, T0, 0, 0, in.operandSize(), 0);
      out.emitImmediate(Op.STACKADD, 0, in.operandSize());
      operands.move(register, T0, in.operandSize());
    }
  }

  /** POP to the r/m operand, whose address is worked out after the stack pointer moved. */
  void popRm() {
    int width = in.operandSize();
    if (in.isRegister()) {
      pop(in.rm);
      return;
    }
    if (in.base == ESP) {
      in.displacement += width;
    }
    out.emit(Op.STACKLOAD, T0, 0, 0, width, 0);
    operands.storeFrom(T0, width);
    out.emitImmediate(Op.STACKADD, 0, width);
  }

  void leave() {
    if (in.hasFlatStack()) {
      in.setLinear(EBP);
      in.segment = SS;
      operands.load(Op.LOAD32, T0, 4);
      in.displacement = 4;
      operands.emitAddress(Op.LEA, ESP, 0, false);
      out.emit(Op.MOV, EBP, T0);
    } else {
      out.emit(Op.LEAVE, 0, 0, 0, in.operandSize(), 0);
    }
  }
}
