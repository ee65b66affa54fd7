package dev.virtio4j.pc.cpu;

/**
 * How the carries of an operation, out of which {@link Alu} works some of the flags, follow from
 * its operands and its result. Translated code keeps those instead of the carries until somebody
 * asks: a rule and three numbers.
 */
final class Carries {
  /** Bits of the carries: out of bit 31, out of bit 30, out of bit 3. */
  static final int CARRY = 0x80000000;

  static final int BELOW = 0x40000000;
  static final int HALF = 0x8;
  private static final int KEPT = CARRY | BELOW | HALF;

  // Rules, by what x and y are.
  // spotless:off
  /** x are the carries. */
  static final int GIVEN = 0;
  /** There are none. */
  static final int LOGIC = 1;
  /** x op y, without and with a carry in, in 32, 16 and 8 bits. */
  static final int ADD   = 2;
  static final int SUB   = 3;
  static final int ADC   = 4;
  static final int SBB   = 5;
  static final int ADD16 = 6;
  static final int SUB16 = 7;
  static final int ADD8  = 8;
  static final int SUB8  = 9;
  /** x are the carries before, y is 32 less the size in bits. */
  static final int INC   = 10;
  static final int DEC   = 11;
  /** x by y, 1 to 31. */
  static final int SHL   = 12;
  static final int SHR   = 13;
  static final int SAR   = 14;
  /** x times y. */
  static final int IMUL  = 15;
  // spotless:on

  private Carries() {}

  /**
   * The carries of an operation.
   *
   * @param rule one of the rules above
   * @param result the operation's result, sign-extended
   */
  static int of(int rule, int x, int y, int result) {
    return switch (rule) {
      case GIVEN -> x;
      case LOGIC -> 0;
      case ADD, ADC -> ofSum(x, y, result);
      case SUB, SBB -> ofDifference(x, y, result);
      case ADD16 -> ofSum(x, y, result, 16);
      case SUB16 -> ofDifference(x, y, result, 16);
      case ADD8 -> ofSum(x, y, result, 24);
      case SUB8 -> ofDifference(x, y, result, 24);
      case INC -> ofIncrement(x, result, y);
      case DEC -> ofDecrement(x, result, y);
      case SHL -> ofShiftLeft(x, y, result);
      case SHR -> ofShiftRight(x, y);
      case SAR -> ofArithmeticShiftRight(x, y);
      default -> ofProduct(x, y, result);
    };
  }

  static int of(boolean carry, boolean overflow) {
    return (carry ? CARRY : 0) | (carry ^ overflow ? BELOW : 0);
  }

  static int ofSum(int a, int b, int sum) {
    return ((a & b) | ((a | b) & ~sum)) & KEPT;
  }

  static int ofDifference(int a, int b, int difference) {
    return ((~a & b) | (~(a ^ b) & difference)) & KEPT;
  }

  /** Of 8 or 16 bits; shift is 32 less the size. */
  static int ofSum(int a, int b, int sum, int shift) {
    int vector = (a & b) | ((a | b) & ~sum);
    return ((vector << shift) & (CARRY | BELOW)) | (vector & HALF);
  }

  /** Of 8 or 16 bits; shift is 32 less the size. */
  static int ofDifference(int a, int b, int difference, int shift) {
    int vector = (~a & b) | (~(a ^ b) & difference);
    return ((vector << shift) & (CARRY | BELOW)) | (vector & HALF);
  }

  /** INC leaves CF as it was; shift is 32 less the size. */
  static int ofIncrement(int before, int value, int shift) {
    return stepped(before, value == 0x80000000 >> shift, (value & 0xF) == 0);
  }

  /** DEC leaves CF as it was; shift is 32 less the size. */
  static int ofDecrement(int before, int value, int shift) {
    return stepped(before, value == ~(0x80000000 >> shift), (value & 0xF) == 0xF);
  }

  private static int stepped(int before, boolean overflow, boolean adjust) {
    int carry = before & CARRY;
    return carry | ((carry >>> 1) ^ (overflow ? BELOW : 0)) | (adjust ? HALF : 0);
  }

  static int ofShiftLeft(int a, int count, int result) {
    boolean carry = (a << (count - 1)) < 0;
    return of(carry, carry ^ (result < 0));
  }

  static int ofShiftRight(int a, int count) {
    return of(((a >>> (count - 1)) & 1) != 0, count == 1 && a < 0);
  }

  static int ofArithmeticShiftRight(int a, int count) {
    return of(((a >> (count - 1)) & 1) != 0, false);
  }

  /** CF and OF say that the high half matters. */
  static int ofProduct(int a, int b, int low) {
    boolean overflow = (long) a * b != low;
    return of(overflow, overflow);
  }
}
