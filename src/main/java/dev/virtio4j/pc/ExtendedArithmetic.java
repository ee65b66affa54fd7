package dev.virtio4j.pc;

import dev.virtio4j.pc.Extended.Kind;
import java.math.BigInteger;

/**
 * The arithmetic of the x87: every result is the exact one, rounded once as the control word asks.
 * What an operation has to report gathers in {@link #raised}, in the bits of the status word.
 *
 * <p>Finite values are handled as a biased exponent and a significand of 128 bits, {@code high} and
 * {@code low}, with the integer bit at the top. A one shifted out at the bottom stays there as a
 * sticky bit, so that rounding still knows of it.
 */
final class ExtendedArithmetic {
  // Bits of the status word (Intel SDM volume 1, figure 8-4).
  static final int INVALID = 1;
  static final int DENORMAL = 1 << 1;
  static final int ZERO_DIVIDE = 1 << 2;
  static final int OVERFLOW = 1 << 3;
  static final int UNDERFLOW = 1 << 4;
  static final int PRECISION = 1 << 5;
  static final int STACK_FAULT = 1 << 6;
  static final int C0 = 1 << 8;
  static final int C1 = 1 << 9;
  static final int C2 = 1 << 10;
  static final int C3 = 1 << 14;

  // What a comparison gives.
  static final int GREATER = 0;
  static final int LESS = C0;
  static final int EQUAL = C3;
  static final int UNORDERED = C3 | C2 | C0;

  /** Unmasked overflow and underflow bring the result into range by this much (SDM 8.5.4). */
  private static final int EXPONENT_WRAP = 24576;

  /** Rounding modes, in the order of the rounding control field. */
  private enum Rounding {
    NEAREST,
    DOWN,
    UP,
    ZERO
  }

  private static final Rounding[] ROUNDINGS = Rounding.values();

  /** By the precision control field; 1 is reserved. */
  private static final FloatFormat[] PRECISIONS = {
    FloatFormat.EXTENDED_SINGLE,
    FloatFormat.EXTENDED,
    FloatFormat.EXTENDED_DOUBLE,
    FloatFormat.EXTENDED
  };

  /** Exceptions, stack fault and C1 since the last {@link #begin}. */
  private int raised;

  private int masked;
  private Rounding rounding = Rounding.NEAREST;
  private FloatFormat precision = FloatFormat.EXTENDED;

  /** Starts an instruction under a control word. */
  void begin(int control) {
    raised = 0;
    masked = control & 0x3F;
    rounding = ROUNDINGS[control >> 10 & 3];
    precision = PRECISIONS[control >> 8 & 3];
  }

  int raised() {
    return raised;
  }

  void raise(int bits) {
    raised |= bits;
  }

  /** Reports an invalid operation and nothing of less priority; gives its masked response. */
  Extended invalid() {
    raised = (raised & STACK_FAULT) | INVALID;
    return Extended.INDEFINITE;
  }

  /**
   * The NaN that an operation gives for its operands (SDM volume 1, table 4-7), or null when it has
   * to compute.
   */
  Extended nan(Extended a, Extended b) {
    if (a.is(Kind.UNSUPPORTED) || b.is(Kind.UNSUPPORTED)) {
      return invalid();
    }
    if (!a.is(Kind.NAN) && !b.is(Kind.NAN)) {
      return null;
    }
    raised &= ~DENORMAL; // of an operand in memory
    if (a.isSignaling() || b.isSignaling()) {
      invalid();
    }
    return chooseNan(a, b).quiet();
  }

  private static Extended chooseNan(Extended a, Extended b) {
    if (!a.is(Kind.NAN)) {
      return b;
    }
    if (!b.is(Kind.NAN)) {
      return a;
    }
    if (a.isSignaling() != b.isSignaling()) {
      return a.isSignaling() ? b : a;
    }
    int order = Long.compareUnsigned(a.significand(), b.significand());
    return order > 0 || (order == 0 && !a.negative()) ? a : b;
  }

  void noteDenormals(Extended a, Extended b) {
    if (a.is(Kind.DENORMAL) || b.is(Kind.DENORMAL)) {
      raised |= DENORMAL;
    }
  }

  /** The value of a single or double image, as FLD gives it to the register stack. */
  Extended load(long image, FloatFormat format) {
    Extended value = operand(image, format);
    Extended nan = nan(value, value);
    return nan != null ? nan : value;
  }

  /** The value of a single or double image as an operand of arithmetic. */
  Extended operand(long image, FloatFormat format) {
    Extended value = Extended.ofImage(image, format);
    if (format.exponent(image) == 0 && !value.is(Kind.ZERO)) {
      raised |= DENORMAL;
    }
    return value;
  }

  /** The image, SINGLE or DOUBLE, of a value. */
  long store(Extended value, FloatFormat format) {
    Extended nan = nan(value, value);
    if (nan != null) {
      return format.image(Extended.of(nan.negative(), format.maxExponent(), nan.significand()));
    }
    return switch (value.kind()) {
      case ZERO -> format.image(value);
      case INFINITY ->
          format.image(Extended.of(value.negative(), format.maxExponent(), Extended.INTEGER_BIT));
      default ->
          format.image(
              round(
                  value.negative(),
                  value.normalizedExponent() - Extended.BIAS + format.bias(),
                  value.normalizedSignificand(),
                  0,
                  format));
    };
  }

  /**
   * The value as an integer of some width, or its integer indefinite.
   *
   * @param bits 16, 32 or 64
   */
  long toInteger(Extended value, int bits) {
    if (isBelow64Bits(value)) {
      long magnitude = roundToIntegral(value);
      long integer = value.negative() ? -magnitude : magnitude;
      boolean signFits = magnitude == 0 || integer < 0 == value.negative();
      if (signFits && integer == integer << (64 - bits) >> (64 - bits)) {
        return integer;
      }
    }
    invalid();
    return -1L << (bits - 1);
  }

  /** The magnitude of a value as an integer, or -1 if that is above a limit. */
  long toMagnitude(Extended value, long limit) {
    long magnitude = isBelow64Bits(value) ? roundToIntegral(value) : -1;
    if (magnitude >= 0 && magnitude <= limit) {
      return magnitude;
    }
    invalid();
    return -1;
  }

  private static boolean isBelow64Bits(Extended value) {
    return !value.is(Kind.UNSUPPORTED) && value.exponent() <= Extended.BIAS + 63;
  }

  Extended roundToInteger(Extended value) {
    Extended nan = nan(value, value);
    if (nan != null) {
      return nan;
    }
    noteDenormals(value, value);
    if (value.is(Kind.ZERO) || value.exponent() >= Extended.BIAS + 63) {
      return value;
    }
    return Extended.ofInteger(value.negative(), roundToIntegral(value));
  }

  /** The magnitude of a value below 2^64, rounded to an integer. */
  private long roundToIntegral(Extended value) {
    int shift = Extended.BIAS + 63 - Math.max(value.exponent(), 1);
    long high = shift < 64 ? value.significand() >>> shift : 0;
    return roundAt(value.negative(), high, shiftedOut(value.significand(), shift), 64);
  }

  int compare(Extended a, Extended b, boolean quietly) {
    if (nan(a, b) != null) {
      if (!quietly) {
        invalid();
      }
      return UNORDERED;
    }
    noteDenormals(a, b);
    if (a.is(Kind.ZERO) && b.is(Kind.ZERO)) {
      return EQUAL;
    }
    if (a.negative() != b.negative()) {
      return a.negative() ? LESS : GREATER;
    }
    int order = compareMagnitudes(a, b);
    if (order == 0) {
      return EQUAL;
    }
    return order < 0 == a.negative() ? GREATER : LESS;
  }

  private static int compareMagnitudes(Extended a, Extended b) {
    int order = Integer.compare(a.normalizedExponent(), b.normalizedExponent());
    return order != 0
        ? order
        : Long.compareUnsigned(a.normalizedSignificand(), b.normalizedSignificand());
  }

  Extended subtract(Extended a, Extended b) {
    Extended nan = nan(a, b); // before the sign of b changes: a NaN keeps its own
    return nan != null ? nan : add(a, b.negate());
  }

  Extended add(Extended a, Extended b) {
    Extended nan = nan(a, b);
    if (nan != null) {
      return nan;
    }
    boolean opposed = a.negative() != b.negative();
    if (a.is(Kind.INFINITY) && b.is(Kind.INFINITY) && opposed) {
      return invalid();
    }
    noteDenormals(a, b);
    if (a.is(Kind.INFINITY) || b.is(Kind.INFINITY)) {
      return a.is(Kind.INFINITY) ? a : b;
    }
    if (a.is(Kind.ZERO) && b.is(Kind.ZERO)) {
      return opposed ? Extended.zero(rounding == Rounding.DOWN) : a;
    }
    return compareMagnitudes(a, b) < 0 ? addSmaller(b, a) : addSmaller(a, b);
  }

  private Extended addSmaller(Extended large, Extended small) {
    int exponent = large.normalizedExponent();
    long high = large.normalizedSignificand();
    int shift = exponent - small.normalizedExponent();
    long smallHigh = shift < 64 ? small.normalizedSignificand() >>> shift : 0;
    long smallLow = shiftedOut(small.normalizedSignificand(), shift);
    if (large.negative() != small.negative()) {
      high -= smallHigh + (smallLow != 0 ? 1 : 0);
      return (high | smallLow) == 0
          ? Extended.zero(rounding == Rounding.DOWN)
          : round(large.negative(), exponent, high, -smallLow, precision);
    }
    high += smallHigh;
    if (Long.compareUnsigned(high, smallHigh) < 0) {
      return round(
          large.negative(),
          exponent + 1,
          high >>> 1 | Extended.INTEGER_BIT,
          high << 63 | smallLow >>> 1 | (smallLow & 1),
          precision);
    }
    return round(large.negative(), exponent, high, smallLow, precision);
  }

  Extended multiply(Extended a, Extended b) {
    Extended nan = nan(a, b);
    if (nan != null) {
      return nan;
    }
    boolean infinite = a.is(Kind.INFINITY) || b.is(Kind.INFINITY);
    boolean zero = a.is(Kind.ZERO) || b.is(Kind.ZERO);
    if (infinite && zero) {
      return invalid();
    }
    noteDenormals(a, b);
    boolean negative = a.negative() != b.negative();
    if (infinite) {
      return Extended.infinity(negative);
    }
    if (zero) {
      return Extended.zero(negative);
    }
    long x = a.normalizedSignificand();
    long y = b.normalizedSignificand();
    long high = Math.multiplyHigh(x, y) + x + y; // both are negative as signed numbers
    int exponent = a.normalizedExponent() + b.normalizedExponent() - Extended.BIAS + 1;
    return round(negative, exponent, high, x * y, precision);
  }

  Extended divide(Extended a, Extended b) {
    Extended nan = nan(a, b);
    if (nan != null) {
      return nan;
    }
    if (a.kind() == b.kind() && (a.is(Kind.INFINITY) || a.is(Kind.ZERO))) {
      return invalid();
    }
    boolean negative = a.negative() != b.negative();
    if (b.is(Kind.ZERO)) {
      raised |= a.is(Kind.INFINITY) ? 0 : ZERO_DIVIDE;
      return Extended.infinity(negative);
    }
    noteDenormals(a, b);
    if (a.is(Kind.INFINITY)) {
      return Extended.infinity(negative);
    }
    if (a.is(Kind.ZERO) || b.is(Kind.INFINITY)) {
      return Extended.zero(negative);
    }
    long divisor = b.normalizedSignificand();
    Division division = new Division(a.normalizedSignificand(), divisor);
    int exponent = a.normalizedExponent() - b.normalizedExponent() + Extended.BIAS;
    if (division.quotient == 0) {
      division.step();
      exponent--;
    }
    for (int bit = 1; bit < 64; bit++) {
      division.step();
    }
    long low = division.remainder == 0 ? 0 : halfOrMore(division.compareWithHalf());
    return round(negative, exponent, division.quotient, low, precision);
  }

  /** A discarded part that is not zero, by how it compares with half a unit. */
  private static long halfOrMore(int comparedWithHalf) {
    return comparedWithHalf < 0 ? 1 : 1L << 63 | (comparedWithHalf > 0 ? 1 : 0);
  }

  /** Long division of normalized significands, one bit of the quotient a step. */
  private static final class Division {
    private final long divisor;
    private long remainder;
    private long quotient;

    /** Does the first step, whose bit of the quotient is the integer bit. */
    Division(long dividend, long divisor) {
      this.divisor = divisor;
      remainder = dividend;
      subtractIf(Long.compareUnsigned(dividend, divisor) >= 0);
    }

    void step() {
      boolean carry = remainder < 0;
      remainder <<= 1;
      subtractIf(carry || Long.compareUnsigned(remainder, divisor) >= 0);
    }

    private void subtractIf(boolean fits) {
      quotient = quotient << 1 | (fits ? 1 : 0);
      remainder -= fits ? divisor : 0;
    }

    /** Compares the remainder with half the divisor. */
    int compareWithHalf() {
      return Long.compareUnsigned(remainder, divisor - remainder);
    }
  }

  Extended squareRoot(Extended value) {
    Extended nan = nan(value, value);
    if (nan != null) {
      return nan;
    }
    if (value.negative() && !value.is(Kind.ZERO)) {
      return invalid();
    }
    noteDenormals(value, value);
    if (value.is(Kind.ZERO) || value.is(Kind.INFINITY)) {
      return value;
    }
    int exponent = value.normalizedExponent() - Extended.BIAS;
    BigInteger square =
        new BigInteger(Long.toUnsignedString(value.normalizedSignificand()))
            .shiftLeft(63 + (exponent & 1));
    BigInteger[] root = square.sqrtAndRemainder();
    // (root + 1/2)^2 = root^2 + root + 1/4, so the discarded part never is exactly one half.
    long low = root[1].signum() == 0 ? 0 : halfOrMore(root[1].compareTo(root[0]) > 0 ? 1 : -1);
    return round(false, (exponent >> 1) + Extended.BIAS, root[0].longValue(), low, precision);
  }

  /**
   * FPREM and FPREM1: the exact remainder of a / b, or a step towards it.
   *
   * @param nearest whether the quotient is rounded to the nearest integer and not truncated
   * @return the remainder; C2 is raised if it is not yet reduced, otherwise C0, C3 and C1 are bits
   *     2, 1 and 0 of the quotient
   */
  Extended remainder(Extended a, Extended b, boolean nearest) {
    Extended nan = nan(a, b);
    if (nan != null) {
      return nan;
    }
    if (a.is(Kind.INFINITY) || b.is(Kind.ZERO)) {
      return invalid();
    }
    noteDenormals(a, b);
    if (a.is(Kind.ZERO) || b.is(Kind.INFINITY)) {
      return a;
    }
    long divisor = b.normalizedSignificand();
    int distance = a.normalizedExponent() - b.normalizedExponent();
    if (distance < 0) {
      return remainderOfSmaller(a, divisor, nearest && distance == -1);
    }
    boolean complete = distance < 64;
    int steps = complete ? distance : (distance & 31) | 32;
    Division division = new Division(a.normalizedSignificand(), divisor);
    for (int step = 0; step < steps; step++) {
      division.step();
    }
    long remainder = division.remainder;
    boolean negative = a.negative();
    if (!complete) {
      raised |= C2;
    } else {
      int half = division.compareWithHalf();
      boolean up = nearest && (half > 0 || (half == 0 && (division.quotient & 1) != 0));
      if (up) {
        remainder = divisor - remainder;
        negative = !negative;
      }
      raiseQuotient(division.quotient + (up ? 1 : 0));
    }
    if (remainder == 0) {
      return Extended.zero(a.negative());
    }
    int exponent = b.normalizedExponent() + distance - steps;
    return round(negative, exponent, remainder, 0, FloatFormat.EXTENDED);
  }

  /** The remainder of a value below the divisor, which only rounding can take from it, once. */
  private Extended remainderOfSmaller(Extended a, long divisor, boolean mayRoundUp) {
    long significand = a.normalizedSignificand();
    boolean up = mayRoundUp && Long.compareUnsigned(significand, divisor) > 0;
    raiseQuotient(up ? 1 : 0);
    return round(
        a.negative() != up,
        a.normalizedExponent(),
        up ? (divisor << 1) - significand : significand,
        0,
        FloatFormat.EXTENDED);
  }

  private void raiseQuotient(long quotient) {
    raised |=
        ((quotient & 4) != 0 ? C0 : 0)
            | ((quotient & 2) != 0 ? C3 : 0)
            | ((quotient & 1) != 0 ? C1 : 0);
  }

  /** a times two to the power of b, b truncated to an integer. */
  Extended scale(Extended a, Extended b) {
    Extended nan = nan(a, b);
    if (nan != null) {
      return nan;
    }
    boolean infinite = b.is(Kind.INFINITY);
    if (infinite && a.is(b.negative() ? Kind.INFINITY : Kind.ZERO)) {
      return invalid();
    }
    noteDenormals(a, b);
    if (a.is(Kind.INFINITY) || a.is(Kind.ZERO)) {
      return a;
    }
    if (infinite) {
      return b.negative() ? Extended.zero(a.negative()) : Extended.infinity(a.negative());
    }
    int power = b.exponent() - Extended.BIAS;
    int by = power < 0 ? 0 : power > 16 ? 1 << 17 : (int) (b.significand() >>> (63 - power));
    return round(
        a.negative(),
        a.normalizedExponent() + (b.negative() ? -by : by),
        a.normalizedSignificand(),
        0,
        FloatFormat.EXTENDED);
  }

  /** The unbiased exponent of a value, as FXTRACT gives it. */
  Extended exponentOf(Extended value) {
    Extended nan = nan(value, value);
    if (nan != null) {
      return nan;
    }
    noteDenormals(value, value);
    return switch (value.kind()) {
      case INFINITY -> Extended.infinity(false);
      case ZERO -> {
        raised |= ZERO_DIVIDE;
        yield Extended.infinity(true);
      }
      default -> Extended.ofInteger(value.normalizedExponent() - Extended.BIAS);
    };
  }

  /** The significand of a value, 1 to 2, with its sign. */
  Extended significandOf(Extended value) {
    Extended nan = nan(value, value);
    if (nan != null) {
      return nan;
    }
    return value.is(Kind.INFINITY) || value.is(Kind.ZERO)
        ? value
        : Extended.of(value.negative(), Extended.BIAS, value.normalizedSignificand());
  }

  /**
   * A constant, which is rounded without a report.
   *
   * @param truncated its first 64 bits
   * @param discarded the next 64
   */
  Extended constant(Extended truncated, long discarded) {
    return new Extended(
        truncated.signExponent(), rounded(false, truncated.significand(), discarded, 64));
  }

  /** The value of a finite number that is not zero, in some format. */
  private Extended round(
      boolean negative, int biasedExponent, long highBits, long lowBits, FloatFormat format) {
    int exponent = biasedExponent;
    long high = highBits;
    long low = lowBits;
    if (high == 0) {
      high = low;
      low = 0;
      exponent -= 64;
    }
    int zeros = Long.numberOfLeadingZeros(high);
    if (zeros > 0) {
      high = high << zeros | low >>> (64 - zeros);
      low <<= zeros;
      exponent -= zeros;
    }
    // Tiny is what would be so after rounding too (SDM 4.9.1.5).
    boolean tiny =
        exponent < 0 || (exponent == 0 && rounded(negative, high, low, format.precision) != 0);
    if (tiny && (masked & UNDERFLOW) == 0) {
      raised |= UNDERFLOW;
      exponent += EXPONENT_WRAP;
    }
    boolean subnormal = exponent <= 0;
    if (subnormal) {
      low = shiftedOut(high, 1 - exponent) | (low != 0 ? 1 : 0);
      high = exponent > -63 ? high >>> (1 - exponent) : 0;
    }
    long significand = roundAt(negative, high, low, format.precision);
    if (subnormal) {
      exponent = significand < 0 ? 1 : 0;
      raised |= tiny && (raised & PRECISION) != 0 ? UNDERFLOW : 0;
    } else if (significand == 0) { // carried out at the top
      exponent++;
      significand = Extended.INTEGER_BIT;
    }
    return exponent < format.maxExponent()
        ? Extended.of(negative, exponent, significand)
        : overflow(Extended.of(negative, exponent - EXPONENT_WRAP, significand), exponent, format);
  }

  private Extended overflow(Extended wrapped, int exponent, FloatFormat format) {
    raised |= OVERFLOW;
    boolean wraps = exponent - EXPONENT_WRAP < Extended.MAX_EXPONENT;
    if ((masked & OVERFLOW) == 0 && format.exponentBits == 15 && wraps) {
      return wrapped;
    }
    raised |= PRECISION;
    boolean negative = wrapped.negative();
    if (rounding == Rounding.NEAREST || rounding == (negative ? Rounding.DOWN : Rounding.UP)) {
      raised |= C1;
      return Extended.of(negative, format.maxExponent(), Extended.INTEGER_BIT);
    }
    raised &= ~C1;
    return Extended.of(negative, format.maxExponent() - 1, -1L << (64 - format.precision));
  }

  /** Rounds and reports a result that is not exact. */
  private long roundAt(boolean negative, long high, long low, int bits) {
    long result = rounded(negative, high, low, bits);
    if (discarded(high, low, bits) != 0) {
      raised |= PRECISION | (result == (high & -1L << (64 - bits)) ? 0 : C1);
    }
    return result;
  }

  /** A significand rounded to its first bits; 0 if it carries out at the top. */
  private long rounded(boolean negative, long high, long low, int bits) {
    long unit = 1L << (64 - bits);
    long discarded = discarded(high, low, bits);
    boolean up =
        switch (rounding) {
          case NEAREST -> discarded < 0 && (discarded << 1 != 0 || (high & unit) != 0);
          case DOWN -> negative && discarded != 0;
          case UP -> !negative && discarded != 0;
          case ZERO -> false;
        };
    return (high & -unit) + (up ? unit : 0);
  }

  /**
   * What lies below the first bits, as a fraction of 2^64 of their unit; its last bit is sticky.
   */
  private static long discarded(long high, long low, int bits) {
    return bits == 64 ? low : high << bits | (low != 0 ? 1 : 0);
  }

  /** The 64 bits below a value shifted right; the last of them is sticky. */
  private static long shiftedOut(long value, int shift) {
    if (shift == 0) {
      return 0;
    }
    if (shift < 64) {
      return value << (64 - shift);
    }
    if (shift > 127) {
      return value != 0 ? 1 : 0;
    }
    long rest = shift == 64 ? 0 : value << (128 - shift);
    return value >>> (shift - 64) | (rest != 0 ? 1 : 0);
  }
}
