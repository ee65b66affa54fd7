package dev.virtio4j.virtio.pci;

import dev.virtio4j.pci.PciIdentity;

/**
 * Virtio device types as PCI knows them (0.9.5, section 2.1 "PCI Discovery"): vendor 1AF4, device
 * IDs from 1000, revision 0, and the type as the subsystem ID.
 */
enum DeviceIdentity {
  // spotless:off
  /** Class: mass storage, SCSI. It is QEMU's, and no system takes it for an IDE controller. */
  BLOCK           (2, 0x1001, 0x010000),
  SCSI_HOST       (8, 0x1004, 0x010000),
  /** As the drafts of 2011 number it. */
  SCSI_HOST_DRAFTS(7, 0x1004, 0x010000);
  // spotless:on

  private static final int VENDOR = 0x1AF4;

  private final int type;
  private final int device;
  private final int classCode;

  DeviceIdentity(int type, int device, int classCode) {
    this.type = type;
    this.device = device;
    this.classCode = classCode;
  }

  static PciIdentity of(int type) {
    for (DeviceIdentity row : values()) {
      if (row.type == type) {
        return new PciIdentity(VENDOR, row.device, 0, row.classCode, VENDOR, type);
      }
    }
    throw new IllegalArgumentException("no PCI device ID for virtio device type " + type);
  }
}
