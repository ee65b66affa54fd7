package dev.virtio4j.cli;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.FaultPlan;
import dev.virtio4j.block.FaultyBackend;
import dev.virtio4j.block.Qcow2;
import dev.virtio4j.block.RawFile;
import dev.virtio4j.block.Snapshot;
import dev.virtio4j.block.VolatileCache;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code --drive} says of the image, and how it is opened.
 *
 * @param file the image
 * @param format how it is written
 * @param readOnly whether the guest may only read
 * @param backing the backing file of a qcow2 image; null for none
 * @param backingFormat how that is written
 * @param faults what is to go wrong; null for nothing
 */
record DriveImage(
    Path file,
    String format,
    boolean readOnly,
    Path backing,
    String backingFormat,
    FaultPlan faults) {
  private static final String QCOW2 = "qcow2";

  /**
   * Reads the values.
   *
   * @param values of all keys
   * @return the image
   * @throws IllegalArgumentException if a value is not allowed; the message is one line that says
   *     what is
   */
  static DriveImage of(DriveValues values) {
    String file = values.text(DriveKey.FILE);
    if (file.isEmpty()) {
      throw new IllegalArgumentException("no file= names the image");
    }
    String format = values.word(DriveKey.FORMAT);
    String backing = values.text(DriveKey.BACKING);
    String backingFormat = "";
    if (!backing.isEmpty()) {
      if (!format.equals(QCOW2)) {
        throw new IllegalArgumentException("backing=" + backing + ": only for format=" + QCOW2);
      }
      backingFormat = values.word(DriveKey.BACKING_FORMAT);
    }
    String faults = values.text(DriveKey.FAULT);
    return new DriveImage(
        Path.of(file),
        format,
        values.word(DriveKey.READONLY).equals("on"),
        backing.isEmpty() ? null : Path.of(backing),
        backingFormat,
        faults.isEmpty() ? null : FaultPlan.parse(faults));
  }

  /**
   * Opens it.
   *
   * @param snapshot whether what is written is thrown away at the end
   * @return the disk
   * @throws IOException if the image is not as it should be
   */
  BlockBackend open(boolean snapshot) throws IOException {
    if (format.equals(QCOW2) && !readOnly && !snapshot) {
      throw new IOException(
          file
              + ": a qcow2 image is only read; add readonly=on or --snapshot, or lay an overlay over it");
    }
    BlockBackend image =
        format.equals(QCOW2) ? openQcow2() : RawFile.open(file, readOnly || snapshot);
    return withFaults(snapshot && !readOnly ? new Snapshot(image) : image);
  }

  /** The files that it is in. */
  List<Path> files() {
    return backing == null ? List.of(file) : List.of(file, backing);
  }

  private BlockBackend openQcow2() throws IOException {
    if (backing == null) {
      return Qcow2.open(file, null);
    }
    BlockBackend below =
        backingFormat.equals(QCOW2) ? Qcow2.open(backing, null) : RawFile.open(backing, true);
    try {
      return Qcow2.open(file, below);
    } catch (IOException e) {
      below.close();
      throw e;
    }
  }

  private BlockBackend withFaults(BlockBackend image) {
    if (faults == null) {
      return image;
    }
    // A lost flush shows only where something can get lost: when this program is killed.
    return new FaultyBackend(faults.losesFlushes() ? new VolatileCache(image) : image, faults);
  }
}
