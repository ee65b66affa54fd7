package dev.virtio4j.scenario;

/**
 * Where a unit is on a SCSI host.
 *
 * @param target 0 to 255
 * @param lun 0 to 16383
 */
record UnitAddress(int target, int lun) {
  private static final int FLAT_SPACE = 0x40;

  /** Reads {@code TARGET:LUN}. */
  static UnitAddress parse(String text) {
    String[] numbers = text.split(":", -1);
    if (numbers.length != 2) {
      throw new IllegalArgumentException("write TARGET:LUN instead of " + text);
    }
    return new UnitAddress(Integer.decode(numbers[0]), Integer.decode(numbers[1]));
  }

  /** The field "lun" of requests (0.9.5, Appendix H), in flat space addressing. */
  byte[] field() {
    return new byte[] {1, (byte) target, (byte) (FLAT_SPACE | lun >> 8), (byte) lun, 0, 0, 0, 0};
  }

  @Override
  public String toString() {
    return target + ":" + lun;
  }
}
