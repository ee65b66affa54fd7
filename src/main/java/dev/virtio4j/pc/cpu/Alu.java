package dev.virtio4j.pc.cpu;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.IOException;

/**
 * Integer arithmetic and the six status flags that it leaves. Does not allocate.
 *
 * <p>Flags are lazy: an operation leaves its result, sign-extended to 32 bits, and a word of
 * carries; a flag is worked out of the two when somebody asks.
 *
 * <pre>
 *   ZF   result == 0
 *   SF   bit 31 of result, turned over by bit 0 of carries
 *   PF   parity of the low byte of result, with bits 8 to 15 of carries turned in
 *   CF   bit 31 of carries: the carry out of the highest bit
 *   OF   bit 31 xor bit 30 of carries: carry out of the highest bit, and into it
 *   AF   bit 3 of carries: the carry out of bit 3
 * </pre>
 *
 * <p>Arithmetic leaves bits 0 and 8 to 15 clear; they only make every combination of flags possible
 * for POPF and its like. Operands may hold anything above their size; results of 8 and 16 bits hold
 * the result sign-extended. Where a manual leaves a flag undefined, it is what QEMU makes of it.
 */
final class Alu implements Stateful {
  static final int CF = 0x1;
  static final int PF = 0x4;
  static final int AF = 0x10;
  static final int ZF = 0x40;
  static final int SF = 0x80;
  static final int OF = 0x800;
  static final int STATUS = CF | PF | AF | ZF | SF | OF;

  private static final int CARRY = Carries.CARRY;
  private static final int BELOW = Carries.BELOW;
  private static final int HALF = Carries.HALF;

  private int result;
  private int carries;

  // --- flags
  // ---------------------------------------------------------------------------------------

  boolean carry() {
    return carries < 0;
  }

  int carryBit() {
    return carries >>> 31;
  }

  boolean zero() {
    return result == 0;
  }

  boolean sign() {
    return sign(result, carries);
  }

  private static boolean sign(int result, int carries) {
    return (result ^ (carries << 31)) < 0;
  }

  boolean overflow() {
    return overflow(carries);
  }

  private static boolean overflow(int carries) {
    return (carries ^ (carries << 1)) < 0;
  }

  boolean parity() {
    return parity(result, carries);
  }

  private static boolean parity(int result, int carries) {
    return (Integer.bitCount((result ^ (carries >>> 8)) & 0xFF) & 1) == 0;
  }

  boolean adjust() {
    return (carries & HALF) != 0;
  }

  /** CF or ZF: below or equal. */
  boolean belowOrEqual() {
    return carries < 0 || result == 0;
  }

  /** SF differs from OF: less. */
  boolean less() {
    return less(result, carries);
  }

  private static boolean less(int result, int carries) {
    return (result ^ carries ^ (carries << 1) ^ (carries << 31)) < 0;
  }

  /** Less, or ZF. */
  boolean lessOrEqual() {
    return result == 0 || less();
  }

  /**
   * One of the sixteen conditions of Jcc, SETcc and CMOVcc.
   *
   * @param code the low four bits of the opcode
   */
  boolean condition(int code) {
    return holds(code, result, carries);
  }

  /** The same, of a result and carries that are not here. */
  static boolean holds(int code, int result, int carries) {
    boolean holds =
        switch (code >> 1) {
          case 0 -> overflow(carries);
          case 1 -> carries < 0;
          case 2 -> result == 0;
          case 3 -> carries < 0 || result == 0;
          case 4 -> sign(result, carries);
          case 5 -> parity(result, carries);
          case 6 -> less(result, carries);
          default -> result == 0 || less(result, carries);
        };
    return holds ^ ((code & 1) != 0);
  }

  /** The status flags where EFLAGS has them; every other bit is zero. */
  int flags() {
    return (carry() ? CF : 0)
        | (parity() ? PF : 0)
        | (adjust() ? AF : 0)
        | (zero() ? ZF : 0)
        | (sign() ? SF : 0)
        | (overflow() ? OF : 0);
  }

  /** Sets the status flags from where EFLAGS has them; every other bit is ignored. */
  void setFlags(int flags) {
    boolean zero = (flags & ZF) != 0;
    boolean parity = (flags & PF) != 0;
    result = zero ? 0 : 1;
    carries =
        Carries.of((flags & CF) != 0, (flags & OF) != 0)
            | ((flags & AF) != 0 ? HALF : 0)
            | ((flags & SF) != 0 ? 1 : 0)
            | (parity != zero ? 0x100 : 0);
  }

  void setCarry(boolean carry) {
    if (carry != carry()) {
      carries ^= CARRY | BELOW;
    }
  }

  void setZero(boolean zero) {
    setFlags(zero ? flags() | ZF : flags() & ~ZF);
  }

  /** Sets CF and OF and leaves the others as they were. */
  void setCarryAndOverflow(boolean carry, boolean overflow) {
    carries = (carries & ~(CARRY | BELOW)) | Carries.of(carry, overflow);
  }

  /** Sets the flags of a result, with CF and OF given and AF clear. */
  void leave(int value, boolean carry, boolean overflow) {
    leave(value, Carries.of(carry, overflow));
  }

  /** Sets the flags of a result and its carries. */
  void leave(int value, int carriesOfIt) {
    result = value;
    carries = carriesOfIt;
  }

  /** What the flags are worked out of: the last result. */
  int result() {
    return result;
  }

  /** What the flags are worked out of: the carries. */
  int carries() {
    return carries;
  }

  /** Sets SF, ZF and PF by a result and clears the other status flags. */
  void logic(int value) {
    result = value;
    carries = 0;
  }

  // --- 32 bits
  // -------------------------------------------------------------------------------------

  int add(int a, int b) {
    int sum = a + b;
    result = sum;
    carries = Carries.ofSum(a, b, sum);
    return sum;
  }

  int adc(int a, int b) {
    int sum = a + b + (carries >>> 31);
    result = sum;
    carries = Carries.ofSum(a, b, sum);
    return sum;
  }

  int sub(int a, int b) {
    int difference = a - b;
    result = difference;
    carries = Carries.ofDifference(a, b, difference);
    return difference;
  }

  int sbb(int a, int b) {
    int difference = a - b - (carries >>> 31);
    result = difference;
    carries = Carries.ofDifference(a, b, difference);
    return difference;
  }

  int and(int a, int b) {
    result = a & b;
    carries = 0;
    return result;
  }

  int or(int a, int b) {
    result = a | b;
    carries = 0;
    return result;
  }

  int xor(int a, int b) {
    result = a ^ b;
    carries = 0;
    return result;
  }

  /**
   * One of ADD, OR, ADC, SBB, AND, SUB, XOR, CMP, by bits 3 to 5 of the opcode; CMP gives a back.
   */
  int alu32(int operation, int a, int b) {
    switch (operation) {
      case 0:
        return add(a, b);
      case 1:
        return or(a, b);
      case 2:
        return adc(a, b);
      case 3:
        return sbb(a, b);
      case 4:
        return and(a, b);
      case 5:
        return sub(a, b);
      case 6:
        return xor(a, b);
      default:
        sub(a, b);
        return a;
    }
  }

  int inc(int a) {
    result = a + 1;
    carries = Carries.ofIncrement(carries, result, 0);
    return result;
  }

  int dec(int a) {
    result = a - 1;
    carries = Carries.ofDecrement(carries, result, 0);
    return result;
  }

  int neg(int a) {
    return sub(0, a);
  }

  // --- 8 and 16 bits: size is 8 or 16, shift is 32 - size
  // ------------------------------------------

  /** Sign-extends a value of 32 less {@code shift} bits. */
  static int extend(int value, int shift) {
    return value << shift >> shift;
  }

  private int added(int a, int b, int sum, int shift) {
    result = extend(sum, shift);
    carries = Carries.ofSum(a, b, sum, shift);
    return result;
  }

  private int subtracted(int a, int b, int difference, int shift) {
    result = extend(difference, shift);
    carries = Carries.ofDifference(a, b, difference, shift);
    return result;
  }

  private int logical(int value, int shift) {
    result = extend(value, shift);
    carries = 0;
    return result;
  }

  void cmp8(int a, int b) {
    subtracted(a, b, a - b, 24);
  }

  void test8(int a, int b) {
    result = (byte) (a & b);
    carries = 0;
  }

  /** The eight operations on 8 or 16 bits; see {@link #alu32}. */
  int aluNarrow(int operation, int a, int b, int shift) {
    switch (operation) {
      case 0:
        return added(a, b, a + b, shift);
      case 1:
        return logical(a | b, shift);
      case 2:
        return added(a, b, a + b + (carries >>> 31), shift);
      case 3:
        return subtracted(a, b, a - b - (carries >>> 31), shift);
      case 4:
        return logical(a & b, shift);
      case 5:
        return subtracted(a, b, a - b, shift);
      case 6:
        return logical(a ^ b, shift);
      default:
        subtracted(a, b, a - b, shift);
        return a;
    }
  }

  /** INC (operation 0), DEC (1), NOT (2) and NEG (3) on any size; shift is 32 less the size. */
  int unary(int operation, int a, int shift) {
    switch (operation) {
      case 0:
        result = extend(a + 1, shift);
        carries = Carries.ofIncrement(carries, result, shift);
        return result;
      case 1:
        result = extend(a - 1, shift);
        carries = Carries.ofDecrement(carries, result, shift);
        return result;
      case 2:
        return ~a;
      default:
        return subtracted(0, a, -a, shift);
    }
  }

  // --- shifts of 32 bits; the Shifter has the others
  // -------------------------------------------------------------------------

  /** SHL by 1 to 31. */
  int shl(int a, int count) {
    result = a << count;
    carries = Carries.ofShiftLeft(a, count, result);
    return result;
  }

  /** SHR by 1 to 31. */
  int shr(int a, int count) {
    result = a >>> count;
    carries = Carries.ofShiftRight(a, count);
    return result;
  }

  /** SAR by 1 to 31. */
  int sar(int a, int count) {
    result = a >> count;
    carries = Carries.ofArithmeticShiftRight(a, count);
    return result;
  }

  // --- multiplication
  // ------------------------------------------------------------------------------

  /** The flags of a multiplication: CF and OF say that the high half matters. */
  void multiplied(int low, boolean overflow) {
    leave(low, overflow, overflow);
  }

  int imul(int a, int b) {
    result = a * b;
    carries = Carries.ofProduct(a, b, result);
    return result;
  }

  // --- decimal adjustment
  // --------------------------------------------------------------------------

  int daa(int al) {
    boolean low = (al & 0xF) > 9 || adjust();
    boolean high = (al & 0xFF) > 0x99 || carry();
    return decimal(al + (low ? 6 : 0) + (high ? 0x60 : 0), high, low);
  }

  int das(int al) {
    boolean low = (al & 0xF) > 9 || adjust();
    boolean high = (al & 0xFF) > 0x99 || carry();
    boolean borrow = low && (al & 0xFF) < 6;
    return decimal(al - (low ? 6 : 0) - (high ? 0x60 : 0), high || borrow, low);
  }

  private int decimal(int value, boolean carry, boolean adjust) {
    result = (byte) value;
    carries = Carries.of(carry, false) | (adjust ? HALF : 0);
    return value & 0xFF;
  }

  /** AAA (step 1) and AAS (step -1): AX to AX. */
  int asciiAdjust(int ax, int step) {
    boolean adjusted = (ax & 0xF) > 9 || adjust();
    int al = adjusted ? ax + 6 * step : ax;
    int ah = ax >> 8;
    if (adjusted) {
      // the carry or borrow out of AL goes to AH as well
      boolean out = step > 0 ? (ax & 0xFF) > 0xF9 : (ax & 0xFF) < 6;
      ah += step + (out ? step : 0);
    }
    int status = flags() & ~(CF | AF);
    setFlags(adjusted ? status | CF | AF : status);
    return (al & 0xF) | (ah & 0xFF) << 8;
  }

  // --- state
  // ---------------------------------------------------------------------------------------

  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("flags", 1);
    out.i32(result);
    out.i32(carries);
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    in.begin("flags", 1);
    result = in.i32();
    carries = in.i32();
    in.end();
  }
}
