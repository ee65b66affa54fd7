package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.EAX;

import dev.virtio4j.pc.x87.FpuBus;

/** The way of the FPU to memory, AX and the status flags of the CPU. */
final class CpuFpuBus implements FpuBus {
  private final Mmu mmu;
  private final int[] r;
  private final Alu alu;

  CpuFpuBus(Mmu mmu, Registers registers, Alu alu) {
    this.mmu = mmu;
    r = registers.r;
    this.alu = alu;
  }

  @Override
  public int load8(int linear) {
    return mmu.load8(linear);
  }

  @Override
  public int load16(int linear) {
    return mmu.load16(linear);
  }

  @Override
  public int load32(int linear) {
    return mmu.load32(linear);
  }

  @Override
  public long load64(int linear) {
    return mmu.load64(linear);
  }

  @Override
  public void store8(int linear, int value) {
    mmu.store8(linear, value);
  }

  @Override
  public void store16(int linear, int value) {
    mmu.store16(linear, value);
  }

  @Override
  public void store32(int linear, int value) {
    mmu.store32(linear, value);
  }

  @Override
  public void store64(int linear, long value) {
    mmu.store64(linear, value);
  }

  @Override
  public int ax() {
    return r[EAX] & 0xFFFF;
  }

  @Override
  public void setAx(int value) {
    Interpreter.set16(r, EAX, value);
  }

  @Override
  public boolean carry() {
    return alu.carry();
  }

  @Override
  public boolean zero() {
    return alu.zero();
  }

  @Override
  public boolean parity() {
    return alu.parity();
  }

  @Override
  public void setCompareFlags(boolean zero, boolean parity, boolean carry) {
    alu.setFlags((zero ? Alu.ZF : 0) | (parity ? Alu.PF : 0) | (carry ? Alu.CF : 0));
  }
}
