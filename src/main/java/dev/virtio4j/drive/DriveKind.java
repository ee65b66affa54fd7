package dev.virtio4j.drive;

import dev.virtio4j.descriptor.Descriptor;
import dev.virtio4j.descriptor.DescriptorReader;
import dev.virtio4j.descriptor.DeviceType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;

/** What a guest sees of a drive: a device type of our plugin-descriptor.xml. */
@SuppressWarnings("ImmutableEnumChecker") // its lists are copies that nobody can change
enum DriveKind {
  /** A block device, a PCI function of its own. */
  VIRTIO("virtio-blk", "if=virtio"),
  /** A disk on a SCSI host. */
  SCSI_DISK("virtio-scsi", "if=scsi"),
  /** A CD-ROM drive on a SCSI host. */
  CDROM("virtio-scsi-cdrom", "media=cdrom");

  private final DeviceType type;
  private final String keys;

  DriveKind(String device, String keys) {
    type = Ours.DESCRIPTOR.device(device).orElseThrow();
    this.keys = keys;
  }

  /** The kind that is a type of device, if it is one of ours. */
  static Optional<DriveKind> of(String device) {
    return Arrays.stream(values()).filter(kind -> kind.type.name().equals(device)).findFirst();
  }

  /** What the descriptor says of such a device, its options with it. */
  DeviceType type() {
    return type;
  }

  /** The keys that make a drive one of this kind. */
  @Override
  public String toString() {
    return keys;
  }

  /** Our descriptor: the copy beside this class, since any plugin has one at the top. */
  private static final class Ours {
    static final Descriptor DESCRIPTOR = read();

    private static Descriptor read() {
      try (InputStream in = DriveKind.class.getResourceAsStream(DescriptorReader.FILE)) {
        return DescriptorReader.readChecked(in);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
