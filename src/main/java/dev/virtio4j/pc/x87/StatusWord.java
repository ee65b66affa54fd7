package dev.virtio4j.pc.x87;

/** The bits of the x87 status word (Intel SDM volume 1, figure 8-4). */
final class StatusWord {
  static final int INVALID = 1;
  static final int DENORMAL = 1 << 1;
  static final int ZERO_DIVIDE = 1 << 2;
  static final int OVERFLOW = 1 << 3;
  static final int UNDERFLOW = 1 << 4;
  static final int PRECISION = 1 << 5;

  /** The six exceptions, which have their masks at the same place in the control word. */
  static final int EXCEPTIONS = 0x3F;

  static final int STACK_FAULT = 1 << 6;
  static final int ERROR_SUMMARY = 1 << 7;
  static final int C0 = 1 << 8;

  /** Also: the result was rounded up, or the stack fault was an overflow. */
  static final int C1 = 1 << 9;

  static final int C2 = 1 << 10;
  static final int TOP_SHIFT = 11;
  static final int TOP = 7 << TOP_SHIFT;
  static final int C3 = 1 << 14;
  static final int CONDITION_CODES = C3 | C2 | C1 | C0;
  static final int BUSY = 1 << 15;

  private StatusWord() {}
}
