package dev.virtio4j.drive;

import dev.virtio4j.block.BaseImage;
import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.Overlay;
import dev.virtio4j.block.Qcow2;
import dev.virtio4j.block.RawFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A file with a disk in it, as the user names it. What the file itself says of a file below it is
 * never followed.
 *
 * @param file the file
 * @param format how it is written: {@link #RAW}, {@link #QCOW2} or {@link #OVERLAY}
 * @param below the base of an overlay, the backing file of a qcow2 image; null for none
 */
public record DiskImage(Path file, String format, DiskImage below) {
  /** The file is the disk. */
  public static final String RAW = "raw";

  /** QEMU's format. */
  public static final String QCOW2 = "qcow2";

  /** Our own: what was written since, over a base. */
  public static final String OVERLAY = "overlay";

  /** The file, and those below it. */
  List<Path> files() {
    return Stream.iterate(this, Objects::nonNull, DiskImage::below).map(DiskImage::file).toList();
  }

  /**
   * Opens it and what is below.
   *
   * @param readOnly whether to open it for reading only; what is below always is
   * @return the disk
   * @throws IOException if a file is not as it should be
   */
  BlockBackend open(boolean readOnly) throws IOException {
    return switch (format) {
      case OVERLAY ->
          Overlay.open(
              file, readOnly, below == null ? Optional.empty() : Optional.of(below.openBase()));
      case QCOW2 -> openQcow2();
      default -> RawFile.open(file, readOnly);
    };
  }

  /**
   * Opens it for reading only, to be the base of an overlay.
   *
   * @return the base
   * @throws IOException if a file is not as it should be
   */
  public BaseImage openBase() throws IOException {
    return new BaseImage(file, open(true));
  }

  private BlockBackend openQcow2() throws IOException {
    if (below == null) {
      return Qcow2.open(file, null);
    }
    BlockBackend backing = below.open(true);
    try {
      return Qcow2.open(file, backing);
    } catch (IOException e) {
      backing.close();
      throw e;
    }
  }
}
