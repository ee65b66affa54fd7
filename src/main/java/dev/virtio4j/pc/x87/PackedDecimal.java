package dev.virtio4j.pc.x87;

/**
 * The packed decimal format (Intel SDM volume 1, section 4.7): 18 digits, two a byte and the least
 * significant first, and a byte with the sign.
 */
final class PackedDecimal {
  static final long LARGEST = 999_999_999_999_999_999L;

  private PackedDecimal() {}

  static Extended load(FpuBus bus, int linear) {
    long magnitude = 0;
    for (int at = 8; at >= 0; at--) {
      int digits = bus.load8(linear + at);
      magnitude = magnitude * 100 + (digits >> 4) * 10L + (digits & 15);
    }
    return Extended.ofInteger((bus.load8(linear + 9) & 0x80) != 0, magnitude);
  }

  /**
   * Stores an integer.
   *
   * @param magnitude 0 to LARGEST; -1 for the packed decimal indefinite
   */
  static void store(FpuBus bus, int linear, boolean negative, long magnitude) {
    if (magnitude < 0) {
      bus.store64(linear, 0xC000_0000_0000_0000L);
      bus.store16(linear + 8, 0xFFFF);
      return;
    }
    long rest = magnitude;
    for (int at = 0; at < 9; at++) {
      int digits = (int) (rest % 100);
      bus.store8(linear + at, digits / 10 * 16 + digits % 10);
      rest /= 100;
    }
    bus.store8(linear + 9, negative ? 0x80 : 0);
  }
}
