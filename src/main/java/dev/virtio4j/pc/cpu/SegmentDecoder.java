package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.FS;
import static dev.virtio4j.pc.cpu.Registers.GS;
import static dev.virtio4j.pc.cpu.Registers.T0;
import static dev.virtio4j.pc.cpu.Registers.T1;

/** Decodes what reads and loads segment registers: MOV, PUSH and POP, and LDS and its like. */
final class SegmentDecoder {
  private final Instruction in;
  private final BlockBuilder out;
  private final Operands operands;
  private final StackDecoder stack;

  SegmentDecoder(Instruction in, BlockBuilder out) {
    this.in = in;
    this.out = out;
    operands = new Operands(in, out);
    stack = new StackDecoder(in, out);
  }

  void pop(int register) {
    out.emit(Op.STACKLOAD, T0, 0, 0, 2, 0);
    load(register, T0);
    out.emitImmediate(Op.STACKADD, 0, in.operandSize());
    exitAfter(register);
  }

  void push(int register) {
    read(register);
    stack.push(T0);
  }

  void load(int register, int from) {
    out.put(Op.of(Op.LOADSEG, 0, from, 0, 0, 0) | (long) register << 59);
  }

  /** Reads the selector to T0. */
  void read(int register) {
    out.put(Op.of(Op.READSEG, T0, 0, 0, 0, 0) | (long) register << 59);
  }

  /** FS and GS are never taken to be flat; after the others the mode may have changed. */
  void exitAfter(int register) {
    if (register != FS && register != GS) {
      out.exit();
    }
  }

  /** Loads a far pointer from memory: the offset to T0, the selector to T1. */
  void loadFarPointer() {
    int width = in.operandSize();
    operands.linearize(width + 2, false);
    int saved = in.displacement;
    operands.loadTo(T0, width);
    in.displacement += width;
    operands.load(Op.LOADZX16, T1, 2);
    in.displacement = saved;
  }

  /** LES, LDS, LSS, LFS, LGS. */
  void loadWithPointer(int register) {
    if (in.isRegister()) {
      out.undefined();
      return;
    }
    loadFarPointer();
    load(register, T1);
    operands.move(in.reg, T0, in.operandSize());
    exitAfter(register);
  }
}
