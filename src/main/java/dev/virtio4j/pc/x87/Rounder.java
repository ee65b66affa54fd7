package dev.virtio4j.pc.x87;

import static dev.virtio4j.pc.x87.StatusWord.C1;
import static dev.virtio4j.pc.x87.StatusWord.INVALID;
import static dev.virtio4j.pc.x87.StatusWord.OVERFLOW;
import static dev.virtio4j.pc.x87.StatusWord.PRECISION;
import static dev.virtio4j.pc.x87.StatusWord.STACK_FAULT;
import static dev.virtio4j.pc.x87.StatusWord.UNDERFLOW;

/**
 * Rounds exact results as the control word asks, and gathers what an instruction has to report, in
 * the bits of the status word.
 *
 * <p>A finite value comes as a biased exponent and a significand of 128 bits, {@code high} and
 * {@code low}, with the integer bit at the top of {@code high}. A one shifted out at the bottom
 * stays there as a sticky bit, so that rounding still knows of it.
 */
final class Rounder {
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
    masked = control & StatusWord.EXCEPTIONS;
    rounding = ROUNDINGS[control >> 10 & 3];
    precision = PRECISIONS[control >> 8 & 3];
  }

  int raised() {
    return raised;
  }

  void raise(int bits) {
    raised |= bits;
  }

  /** Takes back what has turned out to be of less priority. */
  void withdraw(int bits) {
    raised &= ~bits;
  }

  /** Reports an invalid operation and nothing of less priority; gives its masked response. */
  Extended invalid() {
    raised = (raised & STACK_FAULT) | INVALID;
    return Extended.INDEFINITE;
  }

  /** Rounds the significand of a positive constant to 64 bits, without a report. */
  long roundSilently(long high, long low) {
    return rounded(false, high, low, 64);
  }

  /** The zero that is the difference of equal numbers. */
  Extended cancelled() {
    return Extended.zero(rounding == Rounding.DOWN);
  }

  /** Rounds a magnitude of 64 bits, with 64 bits behind the point, to an integer. */
  long roundToIntegral(boolean negative, long high, long low) {
    return roundAt(negative, high, low, 64);
  }

  /** The register value of a finite number that is not zero, as precision control asks. */
  Extended round(boolean negative, int exponent, long high, long low) {
    return round(negative, exponent, high, low, precision);
  }

  /** The value of a finite number that is not zero, in some format and with its exponent. */
  Extended round(
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
      exponent += format.isRegister() ? EXPONENT_WRAP : 0;
      if (format.isRegister() && exponent <= 0) { // FSCALE can go that far
        raised |= PRECISION;
        return Extended.zero(negative);
      }
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
        : overflow(negative, exponent, significand, format);
  }

  private Extended overflow(boolean negative, int exponent, long significand, FloatFormat format) {
    raised |= OVERFLOW;
    boolean wraps = (masked & OVERFLOW) == 0 && format.isRegister();
    int wrapped = exponent - EXPONENT_WRAP;
    if (wraps && wrapped < Extended.MAX_EXPONENT) {
      return Extended.of(negative, wrapped, significand);
    }
    raised |= PRECISION;
    if (wraps // but FSCALE has gone too far for it
        || rounding == Rounding.NEAREST
        || rounding == (negative ? Rounding.DOWN : Rounding.UP)) {
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
  static long shiftedOut(long value, int shift) {
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
