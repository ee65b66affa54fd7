package dev.virtio4j.pc.x87;

/**
 * A value of the double extended-precision format (Intel SDM volume 1, section 4.2.2), kept as the
 * 80-bit image that FLD and FSTP m80 move, so that every image survives a load and a store.
 *
 * <pre>
 *   79   78          64 63 62                       0
 *   sign  exponent + 16383  integer bit  fraction
 * </pre>
 *
 * @param signExponent bits 79 to 64
 * @param significand bits 63 to 0; other than in the shorter formats, the integer bit is explicit
 */
record Extended(int signExponent, long significand) {
  static final int BIAS = 0x3FFF;
  static final int MAX_EXPONENT = 0x7FFF;
  static final long INTEGER_BIT = 1L << 63;
  private static final long QUIET_BIT = 1L << 62;

  static final Extended ZERO = new Extended(0, 0);
  static final Extended ONE = new Extended(BIAS, INTEGER_BIT);

  /** The real indefinite, which masked invalid operations give. */
  static final Extended INDEFINITE = new Extended(0xFFFF, INTEGER_BIT | QUIET_BIT);

  /** What FXAM tells apart. */
  enum Kind {
    UNSUPPORTED,
    NAN,
    NORMAL,
    INFINITY,
    ZERO,
    DENORMAL
  }

  static Extended of(boolean negative, int exponent, long significand) {
    return new Extended(negative ? exponent | 0x8000 : exponent, significand);
  }

  static Extended zero(boolean negative) {
    return of(negative, 0, 0);
  }

  static Extended infinity(boolean negative) {
    return of(negative, MAX_EXPONENT, INTEGER_BIT);
  }

  static Extended ofInteger(long value) {
    return ofInteger(value < 0, Math.abs(value));
  }

  /** The integer of a sign and an unsigned magnitude. */
  static Extended ofInteger(boolean negative, long magnitude) {
    if (magnitude == 0) {
      return zero(negative);
    }
    int zeros = Long.numberOfLeadingZeros(magnitude);
    return of(negative, BIAS + 63 - zeros, magnitude << zeros);
  }

  /** The value of a single or double image; exact, and a signaling NaN stays one. */
  static Extended ofImage(long image, FloatFormat format) {
    boolean negative = (image >>> (format.exponentBits + format.precision - 1) & 1) != 0;
    int exponent = format.exponent(image);
    long fraction = image << (64 - (format.precision - 1)) >>> 1;
    if (exponent == format.maxExponent()) {
      return of(negative, MAX_EXPONENT, INTEGER_BIT | fraction);
    }
    if (exponent != 0) {
      return of(negative, exponent - format.bias() + BIAS, INTEGER_BIT | fraction);
    }
    if (fraction == 0) {
      return zero(negative);
    }
    int zeros = Long.numberOfLeadingZeros(fraction);
    return of(negative, 1 - format.bias() + BIAS - zeros, fraction << zeros);
  }

  static Extended ofDouble(double value) {
    return ofImage(Double.doubleToRawLongBits(value), FloatFormat.DOUBLE);
  }

  Kind kind() {
    int exponent = exponent();
    if (exponent == 0) {
      return significand == 0 ? Kind.ZERO : Kind.DENORMAL;
    }
    if (significand >= 0) {
      return Kind.UNSUPPORTED; // unnormal, pseudo-infinity, pseudo-NaN
    }
    if (exponent != MAX_EXPONENT) {
      return Kind.NORMAL;
    }
    return significand == INTEGER_BIT ? Kind.INFINITY : Kind.NAN;
  }

  boolean is(Kind kind) {
    return kind() == kind;
  }

  boolean isSignaling() {
    return is(Kind.NAN) && (significand & QUIET_BIT) == 0;
  }

  boolean negative() {
    return (signExponent & 0x8000) != 0;
  }

  int exponent() {
    return signExponent & MAX_EXPONENT;
  }

  /** The biased exponent that goes with {@link #normalizedSignificand}, below 1 for denormals. */
  int normalizedExponent() {
    return Math.max(exponent(), 1) - Long.numberOfLeadingZeros(significand);
  }

  /** The significand with its first one in the integer bit; 0 for zero. */
  long normalizedSignificand() {
    return significand << Long.numberOfLeadingZeros(significand);
  }

  Extended negate() {
    return new Extended(signExponent ^ 0x8000, significand);
  }

  Extended abs() {
    return new Extended(exponent(), significand);
  }

  Extended quiet() {
    return new Extended(signExponent, significand | QUIET_BIT);
  }

  /** The nearest double, for values in its range; further out an infinity or a zero. */
  double doubleValue() {
    if (is(Kind.INFINITY)) {
      return negative() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    double magnitude =
        (double) (significand >>> 1 | (significand & 1)); // the lost bit stays sticky
    double value = Math.scalb(magnitude, exponent() - BIAS - 62);
    return negative() ? -value : value;
  }
}
