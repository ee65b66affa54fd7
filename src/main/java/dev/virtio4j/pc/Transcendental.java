package dev.virtio4j.pc;

import dev.virtio4j.pc.Extended.Kind;

/**
 * The transcendental functions of the x87, computed in double: good to some 52 of the 64 bits. They
 * take no notice of precision control, so the arithmetic has to be at full precision. By
 * StrictMath, so that a guest sees the same on every host.
 */
final class Transcendental {
  private static final Extended LOG2_E = new Extended(0x3FFF, 0xB8AA3B295C17F0BCL);
  private static final Extended LN_2 = new Extended(0x3FFE, 0xB17217F7D1CF79ACL);
  private static final double LN_2_DOUBLE = LN_2.doubleValue();

  /** Below this exponent, terms after the first are lost in double. */
  private static final int TINY = Extended.BIAS - 54;

  /** Further out, a quotient of exponents does not change the arc tangent in double. */
  private static final int FAR = 100;

  private interface Function {
    double of(double x);
  }

  private final ExtendedArithmetic arithmetic;

  Transcendental(ExtendedArithmetic arithmetic) {
    this.arithmetic = arithmetic;
  }

  /** Whether FSIN, FCOS, FSINCOS and FPTAN leave the operand alone and set C2. */
  static boolean isOutOfRange(Extended angle) {
    return angle.is(Kind.NORMAL) && angle.exponent() >= Extended.BIAS + 63;
  }

  Extended sine(Extended angle) {
    return ofAngle(angle, StrictMath::sin, angle);
  }

  Extended cosine(Extended angle) {
    return ofAngle(angle, StrictMath::cos, Extended.ONE);
  }

  Extended tangent(Extended angle) {
    return ofAngle(angle, StrictMath::tan, angle);
  }

  private Extended ofAngle(Extended angle, Function function, Extended resultForTiny) {
    Extended nan = arithmetic.nan(angle, angle);
    if (nan != null) {
      return nan;
    }
    if (angle.is(Kind.INFINITY)) {
      return arithmetic.invalid();
    }
    if (angle.is(Kind.ZERO)) {
      return resultForTiny;
    }
    arithmetic.noteDenormals(angle, angle);
    return angle.exponent() < TINY
        ? inexact(resultForTiny)
        : inexact(Extended.ofDouble(function.of(angle.doubleValue())));
  }

  /** The angle of the point (x, y). */
  Extended arcTangent(Extended y, Extended x) {
    Extended nan = arithmetic.nan(y, x);
    if (nan != null) {
      return nan;
    }
    arithmetic.noteDenormals(y, x);
    boolean finite = isFiniteNonzero(y) && isFiniteNonzero(x);
    int distance = finite ? y.normalizedExponent() - x.normalizedExponent() : 0;
    if (distance < TINY - Extended.BIAS && !x.negative()) {
      return inexact(arithmetic.divide(y, x));
    }
    // Only the quotient matters: bring both into the range of double.
    double angle = StrictMath.atan2(near(y, Math.max(-FAR, Math.min(FAR, distance))), near(x, 0));
    Extended result = Extended.ofDouble(angle);
    return result.is(Kind.ZERO) ? result : inexact(result);
  }

  private static boolean isFiniteNonzero(Extended value) {
    return value.is(Kind.NORMAL) || value.is(Kind.DENORMAL);
  }

  /** The value with another unbiased exponent, unless it is zero or infinite. */
  private static double near(Extended value, int exponent) {
    return isFiniteNonzero(value)
        ? Extended.of(value.negative(), Extended.BIAS + exponent, value.normalizedSignificand())
            .doubleValue()
        : value.doubleValue();
  }

  /** y times the binary logarithm of x. */
  Extended logarithm(Extended x, Extended y) {
    Extended nan = arithmetic.nan(x, y);
    if (nan != null) {
      return nan;
    }
    if (x.is(Kind.ZERO)) {
      if (isFiniteNonzero(y)) {
        arithmetic.raise(ExtendedArithmetic.ZERO_DIVIDE);
      }
      return arithmetic.multiply(Extended.infinity(true), y);
    }
    if (x.negative()) {
      return arithmetic.invalid();
    }
    arithmetic.noteDenormals(x, y);
    if (x.is(Kind.INFINITY)) {
      return arithmetic.multiply(x, y);
    }
    // Split so that powers of two are exact, and the fraction's logarithm is near zero.
    long significand = x.normalizedSignificand();
    int exponent = x.normalizedExponent() - Extended.BIAS;
    double fraction = new Extended(Extended.BIAS, significand).doubleValue();
    if (fraction > Math.sqrt(2)) {
      fraction /= 2;
      exponent++;
    }
    if (fraction == 1 && significand == Extended.INTEGER_BIT) {
      return arithmetic.multiply(Extended.ofInteger(exponent), y);
    }
    double low = StrictMath.log(fraction) / LN_2_DOUBLE;
    Extended log2 = arithmetic.add(Extended.ofInteger(exponent), Extended.ofDouble(low));
    return inexact(arithmetic.multiply(log2, y));
  }

  /** y times the binary logarithm of 1 + x. */
  Extended logarithmPlusOne(Extended x, Extended y) {
    Extended nan = arithmetic.nan(x, y);
    if (nan != null) {
      return nan;
    }
    if (x.negative() && x.exponent() >= Extended.BIAS) {
      return arithmetic.invalid(); // 1 + x is not positive
    }
    if (x.is(Kind.ZERO) || x.is(Kind.INFINITY)) {
      return arithmetic.multiply(x, y);
    }
    arithmetic.noteDenormals(x, y);
    Extended log2 =
        x.exponent() < TINY
            ? arithmetic.multiply(x, LOG2_E)
            : Extended.ofDouble(StrictMath.log1p(x.doubleValue()) / LN_2_DOUBLE);
    return inexact(arithmetic.multiply(log2, y));
  }

  /** Two to the power of x, -1 to 1, minus one. */
  Extended powerMinusOne(Extended x) {
    Extended nan = arithmetic.nan(x, x);
    if (nan != null) {
      return nan;
    }
    if (x.is(Kind.ZERO)) {
      return x;
    }
    if (x.is(Kind.INFINITY)) {
      return x.negative() ? Extended.ONE.negate() : x;
    }
    arithmetic.noteDenormals(x, x);
    if (x.exponent() < TINY) {
      return inexact(arithmetic.multiply(x, LN_2));
    }
    double exponent = x.doubleValue();
    // Each side where it loses nothing: 1 and -1 are exact, and small ones keep their bits.
    return inexact(
        Extended.ofDouble(
            Math.abs(exponent) < 0.5
                ? StrictMath.expm1(exponent * LN_2_DOUBLE)
                : StrictMath.pow(2, exponent) - 1));
  }

  private Extended inexact(Extended result) {
    if (isFiniteNonzero(result)) {
      arithmetic.raise(ExtendedArithmetic.PRECISION);
    }
    return result;
  }
}
