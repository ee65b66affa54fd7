package dev.virtio4j.pc.x87;

import dev.virtio4j.pc.x87.Extended.Kind;

/**
 * The transcendental functions of the x87, computed in double: good to some 52 of the 64 bits.
 * Angles are reduced by an exact pi, where a real FPU takes one of 66 bits. Precision control does
 * not apply, so the arithmetic has to be at full precision. By StrictMath, so that a guest sees the
 * same on every host.
 */
final class Transcendental {
  private static final Extended LOG2_E = new Extended(0x3FFF, 0xB8AA3B295C17F0BCL);
  private static final Extended LN_2 = new Extended(0x3FFE, 0xB17217F7D1CF79ACL);

  /** The significand of the square root of two. */
  private static final long SQRT_2 = 0xB504F333F9DE6484L;

  private static final double LN_2_DOUBLE = LN_2.doubleValue();

  /** Below this exponent, terms after the first are lost in double. */
  private static final int TINY = Extended.BIAS - 54;

  /** Further out, a quotient of exponents does not change the arc tangent in double. */
  private static final int FAR = 100;

  private interface Function {
    double of(double x);
  }

  private final Rounder rounder;
  private final ExtendedArithmetic arithmetic;

  Transcendental(Rounder rounder, ExtendedArithmetic arithmetic) {
    this.rounder = rounder;
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
      return rounder.invalid();
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
        rounder.raise(StatusWord.ZERO_DIVIDE);
      }
      return arithmetic.multiply(Extended.infinity(true), y);
    }
    if (x.negative()) {
      return rounder.invalid();
    }
    arithmetic.noteDenormals(x, y);
    if (x.is(Kind.INFINITY)) {
      return arithmetic.multiply(x, y);
    }
    // Split in a power of two, which is exact, and a factor near 1, whose distance from 1 is.
    long significand = x.normalizedSignificand();
    int exponent = x.normalizedExponent() - Extended.BIAS;
    boolean high = Long.compareUnsigned(significand, SQRT_2) > 0;
    Extended factor = new Extended(high ? Extended.BIAS - 1 : Extended.BIAS, significand);
    double distance = arithmetic.subtract(factor, Extended.ONE).doubleValue();
    Extended log2 =
        arithmetic.add(
            Extended.ofInteger(high ? exponent + 1 : exponent),
            Extended.ofDouble(StrictMath.log1p(distance) / LN_2_DOUBLE));
    return inexact(arithmetic.multiply(log2, y));
  }

  /** y times the binary logarithm of 1 + x, for x between -0.3 and 0.42. */
  Extended logarithmPlusOne(Extended x, Extended y) {
    Extended nan = arithmetic.nan(x, y);
    if (nan != null) {
      return nan;
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
      rounder.raise(StatusWord.PRECISION);
    }
    return result;
  }
}
