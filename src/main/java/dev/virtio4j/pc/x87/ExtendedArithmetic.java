package dev.virtio4j.pc.x87;

import static dev.virtio4j.pc.x87.StatusWord.C0;
import static dev.virtio4j.pc.x87.StatusWord.C1;
import static dev.virtio4j.pc.x87.StatusWord.C2;
import static dev.virtio4j.pc.x87.StatusWord.C3;
import static dev.virtio4j.pc.x87.StatusWord.DENORMAL;
import static dev.virtio4j.pc.x87.StatusWord.ZERO_DIVIDE;

import dev.virtio4j.pc.x87.Extended.Kind;
import java.math.BigInteger;

/**
 * The arithmetic of the x87: every result is the exact one, rounded once. What there is to report,
 * exceptions and the condition codes of FPREM, goes to the {@link Rounder}.
 */
final class ExtendedArithmetic {
  // What a comparison gives.
  static final int GREATER = 0;
  static final int LESS = C0;
  static final int EQUAL = C3;
  static final int UNORDERED = C3 | C2 | C0;

  private final Rounder rounder;

  ExtendedArithmetic(Rounder rounder) {
    this.rounder = rounder;
  }

  /**
   * The NaN that an operation gives for its operands (SDM volume 1, table 4-7), or null when it has
   * to compute.
   */
  Extended nan(Extended a, Extended b) {
    if (a.is(Kind.UNSUPPORTED) || b.is(Kind.UNSUPPORTED)) {
      return rounder.invalid();
    }
    if (!a.is(Kind.NAN) && !b.is(Kind.NAN)) {
      return null;
    }
    rounder.withdraw(DENORMAL); // of an operand in memory
    if (a.isSignaling() || b.isSignaling()) {
      rounder.invalid();
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
      rounder.raise(DENORMAL);
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
      rounder.raise(DENORMAL);
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
              rounder.round(
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
    rounder.invalid();
    return -1L << (bits - 1);
  }

  /** The magnitude of a value as an integer, or -1 if that is above a limit. */
  long toMagnitude(Extended value, long limit) {
    long magnitude = isBelow64Bits(value) ? roundToIntegral(value) : -1;
    if (magnitude >= 0 && magnitude <= limit) {
      return magnitude;
    }
    rounder.invalid();
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
    return rounder.roundToIntegral(
        value.negative(), high, Rounder.shiftedOut(value.significand(), shift));
  }

  int compare(Extended a, Extended b, boolean quietly) {
    if (nan(a, b) != null) {
      if (!quietly) {
        rounder.invalid();
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
      return rounder.invalid();
    }
    noteDenormals(a, b);
    if (a.is(Kind.INFINITY) || b.is(Kind.INFINITY)) {
      return a.is(Kind.INFINITY) ? a : b;
    }
    if (a.is(Kind.ZERO) && b.is(Kind.ZERO)) {
      return opposed ? rounder.cancelled() : a;
    }
    return compareMagnitudes(a, b) < 0 ? addSmaller(b, a) : addSmaller(a, b);
  }

  private Extended addSmaller(Extended large, Extended small) {
    int exponent = large.normalizedExponent();
    long high = large.normalizedSignificand();
    int shift = exponent - small.normalizedExponent();
    long smallHigh = shift < 64 ? small.normalizedSignificand() >>> shift : 0;
    long smallLow = Rounder.shiftedOut(small.normalizedSignificand(), shift);
    if (large.negative() != small.negative()) {
      high -= smallHigh + (smallLow != 0 ? 1 : 0);
      return (high | smallLow) == 0
          ? rounder.cancelled()
          : rounder.round(large.negative(), exponent, high, -smallLow);
    }
    high += smallHigh;
    if (Long.compareUnsigned(high, smallHigh) < 0) {
      return rounder.round(
          large.negative(),
          exponent + 1,
          high >>> 1 | Extended.INTEGER_BIT,
          high << 63 | smallLow >>> 1 | (smallLow & 1));
    }
    return rounder.round(large.negative(), exponent, high, smallLow);
  }

  Extended multiply(Extended a, Extended b) {
    Extended nan = nan(a, b);
    if (nan != null) {
      return nan;
    }
    boolean infinite = a.is(Kind.INFINITY) || b.is(Kind.INFINITY);
    boolean zero = a.is(Kind.ZERO) || b.is(Kind.ZERO);
    if (infinite && zero) {
      return rounder.invalid();
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
    return rounder.round(negative, exponent, high, x * y);
  }

  Extended divide(Extended a, Extended b) {
    Extended nan = nan(a, b);
    if (nan != null) {
      return nan;
    }
    if (a.kind() == b.kind() && (a.is(Kind.INFINITY) || a.is(Kind.ZERO))) {
      return rounder.invalid();
    }
    boolean negative = a.negative() != b.negative();
    if (b.is(Kind.ZERO)) {
      if (!a.is(Kind.INFINITY)) {
        rounder.withdraw(DENORMAL);
        rounder.raise(ZERO_DIVIDE);
      }
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
    return rounder.round(negative, exponent, division.quotient, low);
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
      return rounder.invalid();
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
    return rounder.round(false, (exponent >> 1) + Extended.BIAS, root[0].longValue(), low);
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
      return rounder.invalid();
    }
    noteDenormals(a, b);
    if (a.is(Kind.ZERO)) {
      return a;
    }
    long divisor = b.normalizedSignificand();
    if (b.is(Kind.INFINITY)) {
      return remainderOfSmaller(a, divisor, false);
    }
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
      rounder.raise(C2);
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
    return rounder.round(negative, exponent, remainder, 0, FloatFormat.EXTENDED);
  }

  /** The remainder of a value below the divisor, which only rounding can take from it, once. */
  private Extended remainderOfSmaller(Extended a, long divisor, boolean mayRoundUp) {
    long significand = a.normalizedSignificand();
    boolean up = mayRoundUp && Long.compareUnsigned(significand, divisor) > 0;
    raiseQuotient(up ? 1 : 0);
    return rounder.round(
        a.negative() != up,
        a.normalizedExponent(),
        up ? (divisor << 1) - significand : significand,
        0,
        FloatFormat.EXTENDED);
  }

  private void raiseQuotient(long quotient) {
    rounder.raise(
        ((quotient & 4) != 0 ? C0 : 0)
            | ((quotient & 2) != 0 ? C3 : 0)
            | ((quotient & 1) != 0 ? C1 : 0));
  }

  /** a times two to the power of b, b truncated to an integer. */
  Extended scale(Extended a, Extended b) {
    Extended nan = nan(a, b);
    if (nan != null) {
      return nan;
    }
    boolean infinite = b.is(Kind.INFINITY);
    if (infinite && a.is(b.negative() ? Kind.INFINITY : Kind.ZERO)) {
      return rounder.invalid();
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
    return rounder.round(
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
        rounder.raise(ZERO_DIVIDE);
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
}
