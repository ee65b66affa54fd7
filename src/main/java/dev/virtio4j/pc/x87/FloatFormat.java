package dev.virtio4j.pc.x87;

/** The formats that the x87 rounds to. */
enum FloatFormat {
  // spotless:off
  SINGLE         (24, 8),
  DOUBLE         (53, 11),
  // Registers, with the significand as short as the precision control field asks.
  EXTENDED_SINGLE(24, 15),
  EXTENDED_DOUBLE(53, 15),
  EXTENDED       (64, 15);
  // spotless:on

  /** Bits of the significand, the integer bit included. */
  final int precision;

  final int exponentBits;

  FloatFormat(int precision, int exponentBits) {
    this.precision = precision;
    this.exponentBits = exponentBits;
  }

  boolean isRegister() {
    return exponentBits == 15;
  }

  /** The exponent field of infinities and NaNs. */
  int maxExponent() {
    return (1 << exponentBits) - 1;
  }

  int bias() {
    return maxExponent() >> 1;
  }

  /** The exponent field of an image of this format, SINGLE or DOUBLE. */
  int exponent(long image) {
    return (int) (image >>> (precision - 1)) & maxExponent();
  }

  /** The image, SINGLE or DOUBLE, of a value that has this format's exponent and precision. */
  long image(Extended value) {
    long sign = value.negative() ? 1L << exponentBits : 0;
    long fraction = (value.significand() & ~Extended.INTEGER_BIT) >>> (64 - precision);
    return (sign | value.exponent()) << (precision - 1) | fraction;
  }
}
