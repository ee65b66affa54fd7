package dev.virtio4j.scsi;

/**
 * The MM capabilities and mechanical status mode page (MMC-3; no longer in MMC-6, where features
 * are for that, but Linux and others ask for it). Nothing in it can be changed.
 *
 * <pre>
 *   2      what is read: CD-R, CD-RW and DVD-ROM
 *   3..5   what is written, and what else is played: nothing
 *   6      a tray, which ejects and can be locked; whether it is
 *   7..11  8448 kB/s, and two volume levels
 *   12..   a buffer of 2048 KiB; 8448 kB/s at the moment; no speeds of writing
 * </pre>
 */
final class CapabilitiesPage extends ModePage {
  private static final String VALUES = "0B 00 00 00 29 00 2100 0002 0800 2100 0000 0000 0000";

  private static final int MECHANISM = 6;
  private static final int LOCK_STATE = 0x02;

  private CdromUnit drive;

  CapabilitiesPage() {
    super(0x2A, VALUES, VALUES.replaceAll("[0-9A-F]", "0"));
  }

  void describe(CdromUnit newDrive) {
    drive = newDrive;
  }

  @Override
  void refresh() {
    set(MECHANISM, LOCK_STATE, drive.isLocked());
  }
}
