package dev.virtio4j.virtio.scsi;

/**
 * The field "lun" of requests and events (0.9.5, Appendix H, "Device Operation: request queues"):
 * 1, the target, a LUN of 16 bits, four zero bytes; here as it is read, a little-endian number of
 * 64 bits. Of the LUN's forms (SAM-5) flat space is the one of the text; drivers leave its mark
 * out, which is the peripheral device form below 256.
 */
final class ScsiAddress {
  private static final int FLAT_SPACE = 0x40;
  private static final int FORM = 0xC0;

  private ScsiAddress() {}

  /** Whether the field has the form of the text. */
  static boolean isValid(long field) {
    int form = (int) (field >>> 16) & FORM;
    return (field & 0xFF) == 1 && field >>> 32 == 0 && (form == FLAT_SPACE || form == 0);
  }

  /** 0 to 255. */
  static int target(long field) {
    return (int) (field >>> 8) & 0xFF;
  }

  /** 0 to 16383. */
  static int lun(long field) {
    return (int) ((field >>> 8 & 0x3F00) | (field >>> 24 & 0xFF));
  }

  /**
   * The field for a unit. Linux takes an event's LUN without removing the mark of the flat space,
   * so that stands there only where it must.
   */
  static long of(int target, int lun) {
    int form = lun < 256 ? 0 : FLAT_SPACE;
    return 1L | (long) target << 8 | (long) (form | lun >>> 8) << 16 | (lun & 0xFFL) << 24;
  }
}
