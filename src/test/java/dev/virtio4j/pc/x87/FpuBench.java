package dev.virtio4j.pc.x87;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The bus of an FPU under test: a little memory from linear address 0, AX and the flags. */
final class FpuBench implements FpuBus {
  final ByteBuffer memory = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
  final Fpu fpu = new Fpu(this);
  int ax;
  boolean carry;
  boolean zero;
  boolean parity;

  /** Executes register forms, each the opcode and the ModRM byte. */
  void run(int... instructions) {
    for (int instruction : instructions) {
      if (!fpu.register((instruction >> 8) - 0xD8, instruction & 0xFF)) {
        throw new AssertionError("#UD: " + Integer.toHexString(instruction));
      }
    }
  }

  /**
   * Executes a memory form with an operand size of 32 bits.
   *
   * @param opcode D8h to DFh
   * @param reg the field of ModRM
   */
  void access(int opcode, int reg, int linear) {
    fpu.memory(opcode - 0xD8, reg << 3, linear, true);
  }

  /** FLD m64. */
  void load(double value) {
    memory.putDouble(0, value);
    access(0xDD, 0, 0);
  }

  /** FSTP m64. */
  double popDouble() {
    access(0xDD, 3, 0);
    return memory.getDouble(0);
  }

  /** FNSTSW AX. */
  int status() {
    run(0xDFE0);
    return ax;
  }

  @Override
  public int load8(int linear) {
    return memory.get(linear) & 0xFF;
  }

  @Override
  public int load16(int linear) {
    return memory.getShort(linear) & 0xFFFF;
  }

  @Override
  public int load32(int linear) {
    return memory.getInt(linear);
  }

  @Override
  public long load64(int linear) {
    return memory.getLong(linear);
  }

  @Override
  public void store8(int linear, int value) {
    memory.put(linear, (byte) value);
  }

  @Override
  public void store16(int linear, int value) {
    memory.putShort(linear, (short) value);
  }

  @Override
  public void store32(int linear, int value) {
    memory.putInt(linear, value);
  }

  @Override
  public void store64(int linear, long value) {
    memory.putLong(linear, value);
  }

  @Override
  public int ax() {
    return ax;
  }

  @Override
  public void setAx(int value) {
    ax = value & 0xFFFF;
  }

  @Override
  public boolean carry() {
    return carry;
  }

  @Override
  public boolean zero() {
    return zero;
  }

  @Override
  public boolean parity() {
    return parity;
  }

  @Override
  public void setCompareFlags(boolean zero, boolean parity, boolean carry) {
    this.zero = zero;
    this.parity = parity;
    this.carry = carry;
  }
}
