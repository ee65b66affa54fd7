package dev.virtio4j.pc.cpu;

/**
 * An exception of the guest on its way from the place that found it to the CPU's delivery. One
 * object serves a whole CPU: it carries no stack trace and is never kept.
 */
final class GuestFault extends RuntimeException {
  static final int DIVIDE_ERROR = 0;
  static final int DEBUG = 1;
  static final int BREAKPOINT = 3;
  static final int OVERFLOW = 4;
  static final int BOUND = 5;
  static final int INVALID_OPCODE = 6;
  static final int NO_FPU = 7;
  static final int DOUBLE_FAULT = 8;
  static final int INVALID_TSS = 10;
  static final int NOT_PRESENT = 11;
  static final int STACK = 12;
  static final int PROTECTION = 13;
  static final int PAGE_FAULT = 14;
  static final int FPU_ERROR = 16;

  private static final long serialVersionUID = 1L;

  /** The vector, 0 to 31. */
  int vector;

  /** The error code, for the vectors that have one. */
  int errorCode;

  GuestFault() {
    super(null, null, false, false);
  }

  /** Whether delivery in protected mode pushes an error code. */
  static boolean hasErrorCode(int vector) {
    return vector == DOUBLE_FAULT || (vector >= INVALID_TSS && vector <= PAGE_FAULT);
  }

  /**
   * Whether a fault during the delivery of another makes a double fault (IA-32 Software Developer's
   * Manual, volume 3, table 6-5).
   */
  static boolean makesDoubleFault(int first, int second) {
    return first == PAGE_FAULT
        ? isContributory(second) || second == PAGE_FAULT
        : isContributory(first) && isContributory(second);
  }

  private static boolean isContributory(int vector) {
    return vector == DIVIDE_ERROR || (vector >= INVALID_TSS && vector <= PROTECTION);
  }

  /** This fault, set up anew, for {@code throw}. */
  GuestFault of(int vector, int errorCode) {
    this.vector = vector;
    this.errorCode = errorCode;
    return this;
  }

  /** The same, with a selector as the error code, which leaves out its privilege level. */
  GuestFault ofSelector(int vector, int selector) {
    return of(vector, selector & 0xFFFC);
  }
}
