package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.ADDRESS;
import static dev.virtio4j.pc.cpu.Registers.T0;

/**
 * Emits what instructions do with their operands: loads and stores of the one that the ModRM byte
 * names, a register or memory, with the check of its segment where that is not flat.
 */
final class Operands {
  private final Instruction in;
  private final BlockBuilder out;

  Operands(Instruction in, BlockBuilder out) {
    this.in = in;
    this.out = out;
  }

  /** An operation on the operand's address as an offset: LEA, or the address behind a segment. */
  void emitAddress(int operation, int a, int b, boolean write) {
    long address =
        (long)
            (in.base << 17
                | in.index << 21
                | in.scale << 25
                | in.segment << 27
                | (write ? 1 << 30 : 0));
    out.put(Op.of(operation, a, b, 0, 0, in.displacement) | address << 32);
  }

  /**
   * Sees to it that the operand's linear address is plain: base, index and displacement give it.
   *
   * @param length the operand's length in bytes, for the segment's limit
   * @param write whether it is written
   */
  void linearize(int length, boolean write) {
    if (!in.isLinear()) {
      linearizeToAddress(length, write);
    }
  }

  /** The same, but always to the register ADDRESS. */
  void linearizeToAddress(int length, boolean write) {
    int operation = in.address32 ? Op.LINEAR : Op.LINEAR16;
    emitAddress(operation, ADDRESS, Op.lengthCode(length), write);
    in.setLinear(ADDRESS);
  }

  void load(int operation, int a, int length) {
    linearize(length, false);
    emitAddress(operation, a, 0, false);
  }

  private void store(int operation, int b, int length) {
    linearize(length, true);
    emitAddress(operation, 0, b, true);
  }

  /** Loads the operand, zero-extended, to a scratch register. */
  void loadTo(int scratch, int width) {
    load(width == 1 ? Op.LOADZX8 : width == 2 ? Op.LOADZX16 : Op.LOAD32, scratch, width);
  }

  void storeFrom(int register, int width) {
    store(width == 1 ? Op.STORE8 : width == 2 ? Op.STORE16 : Op.STORE32, register, width);
  }

  /** Loads the operand to T0 for a later store; a LOCK prefix is fine here. */
  void modify(int width) {
    linearize(width, true);
    emitAddress(width == 1 ? Op.MODIFY8 : width == 2 ? Op.MODIFY16 : Op.MODIFY32, T0, 0, true);
    in.lock = false;
  }

  /** The register of the r/m operand, or T0 after loading it. */
  int readRm(int width) {
    if (in.isRegister()) {
      return in.rm;
    }
    loadTo(T0, width);
    return T0;
  }

  /** The same for an operand that is written back by {@link #writeBack}. */
  int modifyRm(int width) {
    if (in.isRegister()) {
      return in.rm;
    }
    modify(width);
    return T0;
  }

  /** The same for an instruction that may not have a LOCK prefix. */
  int modifyUnlocked(int width) {
    boolean locked = in.lock;
    int register = modifyRm(width);
    in.lock = locked;
    return register;
  }

  void writeBack(int width) {
    if (!in.isRegister()) {
      storeFrom(T0, width);
    }
  }

  void move(int a, int b, int width) {
    out.emit(width == 1 ? Op.MOV8 : width == 2 ? Op.MOV16 : Op.MOV, a, b);
  }
}
