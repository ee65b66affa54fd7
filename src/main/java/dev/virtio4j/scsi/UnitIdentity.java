package dev.virtio4j.scsi;

/**
 * How a unit names itself, in printable ASCII.
 *
 * @param vendor T10 vendor identification, up to 8 characters
 * @param product product identification, up to 16 characters
 * @param revision product revision level, up to 4 characters
 * @param serial unit serial number, up to 36 characters; empty for none, and then the unit has no
 *     designators either: one made up would not be the same after the next boot, or not unique
 */
public record UnitIdentity(String vendor, String product, String revision, String serial) {
  private static final int VENDOR_SIZE = 8;
  private static final int PRODUCT_SIZE = 16;
  private static final int REVISION_SIZE = 4;
  private static final int MAX_SERIAL = 36;

  /**
   * Checks the values.
   *
   * @param vendor up to 8 characters
   * @param product up to 16 characters
   * @param revision up to 4 characters
   * @param serial up to 36 characters
   * @throws IllegalArgumentException with one line if one is too long or not printable ASCII
   */
  public UnitIdentity {
    check("vendor", vendor, VENDOR_SIZE);
    check("product", product, PRODUCT_SIZE);
    check("revision", revision, REVISION_SIZE);
    check("serial", serial, MAX_SERIAL);
  }

  private static void check(String what, String value, int most) {
    if (value.length() > most || !value.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      throw new IllegalArgumentException(
          "%s=%s: use up to %d printable ASCII characters".formatted(what, value, most));
    }
  }

  /**
   * A disk of ours.
   *
   * @param serial unit serial number, as above
   * @return its identity
   * @throws IllegalArgumentException as the constructor
   */
  public static UnitIdentity ofDisk(String serial) {
    return new UnitIdentity("VIRTIO4J", "DISK", "0001", serial);
  }

  /**
   * A CD-ROM drive of ours.
   *
   * @param serial unit serial number, as above
   * @return its identity
   * @throws IllegalArgumentException as the constructor
   */
  public static UnitIdentity ofCdrom(String serial) {
    return new UnitIdentity("VIRTIO4J", "CD-ROM", "0001", serial);
  }

  /** Vendor and product as the standard INQUIRY data has them, padded with spaces. */
  String vendorAndProduct() {
    return "%-8s%-16s".formatted(vendor, product);
  }

  String paddedRevision() {
    return "%-4s".formatted(revision);
  }
}
