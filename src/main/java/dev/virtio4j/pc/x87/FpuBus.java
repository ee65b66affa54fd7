package dev.virtio4j.pc.x87;

/**
 * What the FPU needs of the CPU. Linear addresses have been checked by the CPU before it hands an
 * instruction over, so that no access faults; they wrap at 4 GiB.
 */
public interface FpuBus {

  /**
   * Loads a byte.
   *
   * @param linear its linear address
   * @return the byte, zero-extended
   */
  int load8(int linear);

  /**
   * Loads two bytes.
   *
   * @param linear the linear address of the first
   * @return the bytes, zero-extended
   */
  int load16(int linear);

  /**
   * Loads four bytes.
   *
   * @param linear the linear address of the first
   * @return the bytes
   */
  int load32(int linear);

  /**
   * Loads eight bytes.
   *
   * @param linear the linear address of the first
   * @return the bytes
   */
  long load64(int linear);

  /**
   * Stores a byte.
   *
   * @param linear its linear address
   * @param value the byte in the low 8 bits
   */
  void store8(int linear, int value);

  /**
   * Stores two bytes.
   *
   * @param linear the linear address of the first
   * @param value the bytes in the low 16 bits
   */
  void store16(int linear, int value);

  /**
   * Stores four bytes.
   *
   * @param linear the linear address of the first
   * @param value the bytes
   */
  void store32(int linear, int value);

  /**
   * Stores eight bytes.
   *
   * @param linear the linear address of the first
   * @param value the bytes
   */
  void store64(int linear, long value);

  /** {@return the register AX, zero-extended} */
  int ax();

  /**
   * Sets AX (FNSTSW AX).
   *
   * @param value its value in the low 16 bits
   */
  void setAx(int value);

  /** {@return EFLAGS.CF, for FCMOVcc} */
  boolean carry();

  /** {@return EFLAGS.ZF, for FCMOVcc} */
  boolean zero();

  /** {@return EFLAGS.PF, for FCMOVcc} */
  boolean parity();

  /**
   * Sets ZF, PF and CF and clears OF, SF and AF (FCOMI, FUCOMI).
   *
   * @param zero ZF
   * @param parity PF
   * @param carry CF
   */
  void setCompareFlags(boolean zero, boolean parity, boolean carry);
}
