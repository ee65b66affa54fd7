package dev.virtio4j.drive;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.FaultyBackend;
import dev.virtio4j.block.Overlay;
import dev.virtio4j.block.OverlayCopy;
import dev.virtio4j.block.TimedBackend;
import dev.virtio4j.host.StateException;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;

/** The image of a drive, open. */
public final class OpenImage implements Closeable {
  private static final String SECTION = "image";
  private static final int PIECE = 64 * 1024;

  private final List<Path> files;
  private final TimedBackend image;
  private final FaultyBackend faults;
  private final BlockBackend disk;

  /** What --snapshot keeps of the guest's writes; null without it. */
  private final Overlay temporary;

  /**
   * Takes an image that is open.
   *
   * @param files what it is in
   * @param image its content; closed with this
   */
  public OpenImage(List<Path> files, BlockBackend image) {
    this.files = files;
    this.image = new TimedBackend(image);
    faults = image instanceof FaultyBackend faulty ? faulty : null;
    disk = faults == null ? image : faults.base();
    temporary = disk instanceof Overlay overlay && overlay.isTemporary() ? overlay : null;
  }

  /** What the drive reads and writes, with the time it took. */
  TimedBackend backend() {
    return image;
  }

  /** What the guest has of it, without faults. */
  BlockBackend disk() {
    return disk;
  }

  /**
   * Tells two states of it apart.
   *
   * @param digest gets what differs from the image as it was opened, or all of it
   * @throws IOException if it can't be read
   */
  void addState(MessageDigest digest) throws IOException {
    if (temporary != null) {
      new OverlayCopy(temporary).digest(digest);
    } else if (!disk.isReadOnly()) {
      ByteBuffer piece = ByteBuffer.allocate(PIECE);
      for (long at = 0; at < disk.size(); at += piece.limit()) {
        disk.read(at, piece.clear().limit((int) Math.min(PIECE, disk.size() - at)));
        digest.update(piece.flip());
      }
    }
  }

  /**
   * Puts what was written on stable storage.
   *
   * @throws IOException if that is not certain
   */
  void flush() throws IOException {
    disk.flush(); // not one that faults count
  }

  @Override
  public void close() throws IOException {
    image.close();
  }

  /**
   * Saves by what the image is known again, what no file of its keeps, and how far its faults have
   * got; and puts what was written on stable storage.
   *
   * @param out where to
   * @throws IOException if that fails
   */
  void save(StateWriter out) throws IOException {
    flush();
    out.begin(SECTION, 1);
    out.i32(files.size());
    for (Path file : files) {
      FileStamp.of(file).save(out);
    }
    if (faults != null) {
      for (long matches : faults.progress()) {
        out.i64(matches);
      }
    }
    out.flag(temporary != null);
    if (temporary != null) {
      new OverlayCopy(temporary).writeTo(out.data());
    }
    out.end();
  }

  /**
   * Makes sure that this is the image that was saved, and takes over what was saved of it.
   *
   * @param in where from
   * @throws IOException with one line that says what differs, or if it can't be read
   */
  void load(StateReader in) throws IOException {
    in.begin(SECTION, 1);
    int count = in.i32();
    if (count != files.size()) {
      throw new StateException(
          "was saved with an image of %d files, and now has one of %d"
              .formatted(count, files.size()));
    }
    for (Path file : files) {
      FileStamp then = FileStamp.load(in);
      FileStamp now = FileStamp.of(file);
      if (!now.equals(then)) {
        throw new StateException(
            "%s was changed since the machine was saved: it had %s, and has %s"
                .formatted(file.equals(files.get(0)) ? "the image" : file, then, now));
      }
    }
    if (faults != null) { // then the one that was saved had the same
      long[] progress = faults.progress();
      for (int i = 0; i < progress.length; i++) {
        progress[i] = in.i64(0, Long.MAX_VALUE, "what matched a fault");
      }
      faults.resume(progress);
    }
    if (in.flag()) {
      if (temporary == null) {
        throw new StateException("was saved with --snapshot; restore it with --snapshot");
      }
      new OverlayCopy(temporary).readFrom(in.data());
    }
    in.end();
  }
}
