package dev.virtio4j.block;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The file of an overlay as a whole: making it, looking at it, merging it into its base, making it
 * small. It must not be open as a disk. Bases are the caller's to close.
 *
 * <p>Where a file is written anew, the new one stands beside it, named with {@link #NEW} at its
 * end, until it is whole and takes the other's place at once.
 */
public final class OverlayFile {
  /** What ends the name of a file that is to replace another. */
  public static final String NEW = ".new";

  private OverlayFile() {}

  /** What fills a new file. */
  @FunctionalInterface
  private interface Content {
    void writeTo(Overlay target) throws IOException;
  }

  /**
   * Makes an overlay.
   *
   * @param file the file to make
   * @param size of the disk in bytes, a positive multiple of 512
   * @param base what it lies over; zeroes if there is none, or behind its end
   * @throws IOException with one line if there is something of that name, or it can't be made
   * @throws IllegalArgumentException with one line if the size is none for an overlay
   */
  public static void create(Path file, long size, Optional<BaseImage> base) throws IOException {
    write(file, OverlayHeader.of(size, base), base, target -> {});
  }

  /**
   * Looks at an overlay.
   *
   * @param file the overlay's file
   * @return what it says of itself
   * @throws IOException with one line if it is no overlay, damaged, not accessible or in use
   */
  public static OverlayInfo info(Path file) throws IOException {
    try (LockedFile image = LockedFile.open(file, true)) {
      return OverlayInfo.of(OverlayScan.sound(image), image);
    }
  }

  /**
   * Checks an overlay. Its data has no checksums: that is not looked at.
   *
   * @param file the overlay's file
   * @return what was found
   * @throws IOException with one line if it is no overlay, not accessible or in use
   */
  public static OverlayCheck check(Path file) throws IOException {
    try (LockedFile image = LockedFile.open(file, true)) {
      return OverlayCheck.of(image);
    }
  }

  /**
   * Writes everything that differs into the base, and then empties the overlay. When it is cut
   * short at any point, it can be repeated; until then the overlay can't be opened as a disk.
   *
   * @param file the overlay's file
   * @param base what it lies over, writable
   * @param progress hears how far it has come
   * @throws IOException with one line if it is no overlay over that base, damaged, not accessible
   *     or in use, or the base can't be written
   */
  public static void commit(Path file, BaseImage base, CopyProgress progress) throws IOException {
    try (LockedFile image = LockedFile.open(file, false)) {
      OverlayScan scan = OverlayScan.sound(image);
      BlockBackend disk = base.disk();
      boolean repeated =
          scan.isCommitting()
              && (disk.size() == scan.header().baseSize() || disk.size() == scan.map().size());
      if (!repeated) {
        scan.checkBase(Optional.of(base));
      }
      if (disk.isReadOnly()) {
        throw new IOException(base.file() + ": open read-only");
      }
      Overlay overlay = Overlay.of(scan, image, null);
      overlay.beginCommit();
      writeInto(disk, overlay, scan, progress);
      replace(
          file,
          OverlayHeader.of(overlay.size(), Optional.of(base)),
          Optional.of(base),
          target -> {});
    }
  }

  private static void writeInto(
      BlockBackend base, Overlay overlay, OverlayScan scan, CopyProgress progress)
      throws IOException {
    long size = overlay.size();
    if (size > base.size()) {
      base.resize(size);
    }
    // What the base had before the disk got smaller for a while.
    long baseEnd = scan.map().baseEnd();
    base.zero(baseEnd, Math.max(0, Math.min(size, scan.header().baseSize()) - baseEnd), true);
    Steps steps = new Steps(scan, progress);
    overlay.visitClusters(
        (position, length, content) -> {
          if (content == null) {
            base.zero(position, length, true);
          } else {
            base.write(position, content);
          }
          steps.done();
        });
    if (size < base.size()) {
      base.resize(size);
    }
    base.flush();
  }

  /**
   * Writes an overlay anew: without unused clusters, those that are zeroes, and a long log.
   *
   * @param file the overlay's file
   * @param base what it lies over, to leave out what is the same there; not needed
   * @param progress hears how far it has come
   * @throws IOException with one line if it is no overlay, not one over that base, damaged, not
   *     accessible or in use, or there is no room for the new file
   */
  public static void compact(Path file, Optional<BaseImage> base, CopyProgress progress)
      throws IOException {
    try (LockedFile image = LockedFile.open(file, false)) {
      OverlayScan scan = OverlayScan.sound(image);
      scan.refuseCommitting();
      if (base.isPresent()) {
        scan.checkBase(base);
      }
      long size = scan.map().size();
      long baseEnd = scan.map().baseEnd();
      // A disk that was smaller for a while is made so small, and then resized: its base ends
      // there.
      boolean wasSmaller = baseEnd < Math.min(size, scan.header().baseSize());
      OverlayHeader header = scan.header().anew(wasSmaller ? baseEnd : size);
      Overlay source = Overlay.of(scan, image, null);
      Steps steps = new Steps(scan, progress);
      replace(
          file,
          header,
          base,
          target -> {
            target.resize(size);
            source.visitClusters(
                (position, length, content) -> {
                  copy(content, position, length, target, base.isPresent());
                  steps.done();
                });
            target.flush();
          });
    }
  }

  /** Copies a cluster, null for zeroes, to where it is not already so in the base. */
  private static void copy(
      ByteBuffer content, long position, int length, Overlay target, boolean compare)
      throws IOException {
    ByteBuffer bytes = content == null ? ByteBuffer.allocate(length) : content;
    if (compare) {
      ByteBuffer there = ByteBuffer.allocate(length);
      target.read(position, there);
      if (bytes.equals(there.flip())) {
        return;
      }
    }
    if (bytes.equals(ByteBuffer.allocate(length))) {
      target.zero(position, length, true);
    } else {
      target.write(position, bytes);
    }
  }

  /** Puts a new file in the place of one, at once. */
  private static void replace(
      Path file, OverlayHeader header, Optional<BaseImage> base, Content content)
      throws IOException {
    Path real = file.toRealPath();
    Path next = real.resolveSibling(real.getFileName() + NEW);
    deleteLeftover(next);
    write(next, header, base, content, attributes(real));
    Files.move(next, real, ATOMIC_MOVE);
    forceDirectory(real);
  }

  /** Deletes what an earlier run left that was cut short; not what may be something else. */
  private static void deleteLeftover(Path next) throws IOException {
    if (!Files.exists(next)) {
      return;
    }
    try (LockedFile image = LockedFile.open(next, true)) {
      if (image.size() != 0 && !OverlayHeader.isIn(image)) {
        throw new IOException(next + ": already exists and is no overlay; move it away");
      }
    }
    Files.delete(next);
  }

  private static FileAttribute<?>[] attributes(Path file) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(file, PosixFileAttributeView.class); // null on Windows
    return view == null
        ? new FileAttribute<?>[0]
        : new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(view.readAttributes().permissions())
        };
  }

  private static void write(
      Path file,
      OverlayHeader header,
      Optional<BaseImage> base,
      Content content,
      FileAttribute<?>... attributes)
      throws IOException {
    LockedFile image = LockedFile.create(file, attributes);
    try (image) {
      header.write(image);
      image.force();
      content.writeTo(
          Overlay.of(OverlayScan.sound(image), image, base.map(BaseImage::disk).orElse(null)));
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
    forceDirectory(file);
  }

  /** Puts the names in a file's directory on stable storage, where that needs doing. */
  private static void forceDirectory(Path file) throws IOException {
    if (Files.getFileAttributeView(file, PosixFileAttributeView.class) != null) {
      try (FileChannel directory =
          FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
        directory.force(true);
      }
    }
  }

  /** Counts the clusters that are copied. */
  private static final class Steps {
    private final long total;
    private final CopyProgress progress;
    private long done;

    Steps(OverlayScan scan, CopyProgress progress) {
      total = (long) scan.dataClusters() + scan.zeroClusters();
      this.progress = progress;
    }

    void done() {
      progress.report(++done, total);
    }
  }
}
