package dev.virtio4j.pc;

/**
 * What the FPU needs of the CPU. Linear addresses have been checked by the CPU before it hands an
 * instruction over, so that no access faults; they wrap at 4 GiB.
 */
interface FpuBus {

  /** Loads a byte, zero-extended. */
  int load8(int linear);

  /** Loads two bytes, zero-extended. */
  int load16(int linear);

  /** Loads four bytes. */
  int load32(int linear);

  /** Loads eight bytes. */
  long load64(int linear);

  /** Stores the low byte of a value. */
  void store8(int linear, int value);

  /** Stores the low two bytes of a value. */
  void store16(int linear, int value);

  /** Stores four bytes. */
  void store32(int linear, int value);

  /** Stores eight bytes. */
  void store64(int linear, long value);

  /** The register AX, zero-extended. */
  int ax();

  /** Sets AX to the low 16 bits of a value (FNSTSW AX). */
  void setAx(int value);

  /** EFLAGS.CF, for FCMOVcc. */
  boolean carry();

  /** EFLAGS.ZF, for FCMOVcc. */
  boolean zero();

  /** EFLAGS.PF, for FCMOVcc. */
  boolean parity();

  /** Sets ZF, PF and CF and clears OF, SF and AF (FCOMI, FUCOMI). */
  void setCompareFlags(boolean zero, boolean parity, boolean carry);
}
