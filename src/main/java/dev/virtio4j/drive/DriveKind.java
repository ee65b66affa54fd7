package dev.virtio4j.drive;

import java.util.Set;

/** What a guest sees of a drive, as far as it decides on the keys that there are. */
enum DriveKind {
  /** A block device, a PCI function of its own. */
  VIRTIO("if=virtio"),
  /** A disk on a SCSI host. */
  SCSI_DISK("if=scsi"),
  /** A CD-ROM drive on a SCSI host. */
  CDROM("media=cdrom");

  static final Set<DriveKind> ALL = Set.of(values());
  static final Set<DriveKind> DISKS = Set.of(VIRTIO, SCSI_DISK);
  static final Set<DriveKind> BLOCK = Set.of(VIRTIO);
  static final Set<DriveKind> SCSI = Set.of(SCSI_DISK, CDROM);

  private final String keys;

  DriveKind(String keys) {
    this.keys = keys;
  }

  /** The keys that make a drive one of this kind. */
  @Override
  public String toString() {
    return keys;
  }
}
