package dev.virtio4j.scsi;

/**
 * The control mode page (SPC-4). Those who ask read the bits here: whether sense data has
 * descriptors (D_SENSE), and whether the initiators want the medium write-protected (SWP).
 */
final class ControlPage extends ModePage {
  private static final int D_SENSE = 0x04;
  private static final int SWP = 0x08;

  ControlPage() {
    super(0x0A, "00 00 00 00 0000 0000 0000", "04 00 08 00 0000 0000 0000");
  }

  boolean descriptorSense() {
    return (u8(2) & D_SENSE) != 0;
  }

  boolean softwareWriteProtect() {
    return (u8(4) & SWP) != 0;
  }
}
