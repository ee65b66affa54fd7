package dev.virtio4j.drive;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.FaultPlan;
import dev.virtio4j.block.FaultyBackend;
import dev.virtio4j.block.Overlay;
import dev.virtio4j.block.VolatileCache;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code --drive} says of the image, and how it is opened.
 *
 * @param image the file, and what is below it
 * @param readOnly whether the guest may only read
 * @param faults what is to go wrong; null for nothing
 */
public record DriveImage(DiskImage image, boolean readOnly, FaultPlan faults) {

  /**
   * Reads the values.
   *
   * @param values of all keys
   * @return the image; null for a CD-ROM drive that is empty
   * @throws IllegalArgumentException if a value is not allowed; the message is one line that says
   *     what is
   */
  static DriveImage of(DriveValues values) {
    String file = values.text(DriveKey.FILE);
    if (file.isEmpty() && values.kind() == DriveKind.CDROM) {
      return null;
    }
    if (file.isEmpty()) {
      throw new IllegalArgumentException("no file= names the image");
    }
    String format = values.word(DriveKey.FORMAT);
    String faults = values.text(DriveKey.FAULT);
    return new DriveImage(
        new DiskImage(Path.of(file), format, below(format, values)),
        values.isOn(DriveKey.READONLY),
        faults.isEmpty() ? null : FaultPlan.parse(faults));
  }

  /** What is below an image: the base, a backing file, or the one over the other. */
  private static DiskImage below(String format, DriveValues values) {
    String base = values.text(DriveKey.BASE);
    String backing = values.text(DriveKey.BACKING);
    if (!base.isEmpty() && !format.equals(DiskImage.OVERLAY)) {
      throw new IllegalArgumentException("base=" + base + ": only for format=overlay");
    }
    String lowest = base.isEmpty() ? format : values.word(DriveKey.BASE_FORMAT);
    if (!backing.isEmpty() && !lowest.equals(DiskImage.QCOW2)) {
      throw new IllegalArgumentException(
          "backing=" + backing + ": only for format=qcow2 or base-format=qcow2");
    }
    DiskImage below =
        backing.isEmpty()
            ? null
            : new DiskImage(Path.of(backing), values.word(DriveKey.BACKING_FORMAT), null);
    return base.isEmpty() ? below : new DiskImage(Path.of(base), lowest, below);
  }

  /** The file that the image is in. */
  Path file() {
    return image.file();
  }

  /** {@return whether some flushes of it are to do nothing} */
  public boolean losesFlushes() {
    return faults != null && faults.losesFlushes();
  }

  /** All files that it is in. */
  List<Path> files() {
    return image.files();
  }

  /**
   * Opens it.
   *
   * @param snapshot whether what is written is thrown away at the end
   * @return the disk
   * @throws IOException if the image is not as it should be
   */
  public BlockBackend open(boolean snapshot) throws IOException {
    if (image.format().equals(DiskImage.QCOW2) && !readOnly && !snapshot) {
      throw new IOException(
          file()
              + ": a qcow2 image is only read; add readonly=on or --snapshot, or lay an overlay over it");
    }
    BlockBackend disk = image.open(readOnly || snapshot);
    return withFaults(snapshot && !readOnly ? Overlay.temporary(disk) : disk);
  }

  private BlockBackend withFaults(BlockBackend disk) {
    if (faults == null) {
      return disk;
    }
    // A lost flush shows only where something can get lost: when this program is killed.
    return new FaultyBackend(losesFlushes() ? new VolatileCache(disk) : disk, faults);
  }
}
