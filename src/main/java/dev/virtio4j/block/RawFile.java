package dev.virtio4j.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * A disk in a file that holds its bytes and nothing else. The file is locked while the disk is
 * open: for this program alone, or, when read-only, against writers. Does not allocate.
 *
 * <p>The thread that uses it must not be interrupted: Java closes a file under an interrupted
 * thread, and every access after that fails.
 */
public final class RawFile implements BlockBackend {
  private final LockedFile file;
  private long size;

  private RawFile(LockedFile file, long size) {
    this.file = file;
    this.size = size;
  }

  /**
   * Opens and locks an image. Its content is not touched.
   *
   * @param image the file; its size is a positive multiple of 512 bytes
   * @param readOnly whether to open it for reading only
   * @return the disk
   * @throws IOException with one line that names the file and what to do, if it is missing, not a
   *     regular file, empty, of another size, not accessible, or in use by this or another program
   */
  public static RawFile open(Path image, boolean readOnly) throws IOException {
    LockedFile file = LockedFile.open(image, readOnly);
    try {
      return new RawFile(file, checkedSize(image, file.size()));
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static long checkedSize(Path image, long size) throws IOException {
    if (size == 0) {
      throw new IOException(image + ": empty; a disk image has at least 512 bytes");
    }
    if (size % SECTOR_SIZE != 0) {
      throw new IOException(
          image + ": size " + size + " is no multiple of 512; pad it, or name another image");
    }
    return size;
  }

  /**
   * Makes an image of zeroes, which takes no space on a host that has sparse files.
   *
   * @param image the file to make
   * @param size of the disk in bytes, a positive multiple of 512
   * @throws IOException with one line if there is something of that name, or it can't be made
   * @throws IllegalArgumentException if the size is none for a disk
   */
  public static void create(Path image, long size) throws IOException {
    checkNewSize(size);
    try (LockedFile file = LockedFile.create(image)) {
      file.resize(size);
      file.force();
    }
  }

  private static void checkNewSize(long size) {
    if (size <= 0 || size % SECTOR_SIZE != 0) {
      throw new IllegalArgumentException(
          "a disk has a positive multiple of 512 bytes, not " + size);
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(long position, ByteBuffer into) throws IOException {
    Objects.checkFromIndexSize(position, into.remaining(), size);
    file.read(position, into);
  }

  @Override
  public void write(long position, ByteBuffer from) throws IOException {
    Objects.checkFromIndexSize(position, from.remaining(), size);
    file.write(position, from);
  }

  /**
   * {@inheritDoc}
   *
   * <p>On Linux the host makes the zeroes, and takes the space back if it may. Elsewhere they are
   * written.
   */
  @Override
  public void zero(long position, long length, boolean mayUnmap) throws IOException {
    Objects.checkFromIndexSize(position, length, size);
    file.zero(position, length, mayUnmap);
  }

  /**
   * How much space the image takes on the host.
   *
   * @return bytes; nothing where the host can't tell
   */
  public OptionalLong spaceOnHost() {
    return file.spaceOnHost();
  }

  @Override
  public void resize(long newSize) throws IOException {
    checkNewSize(newSize);
    file.resize(newSize);
    size = newSize;
  }

  @Override
  public int mergeLimit() {
    return LockedFile.MERGE_LIMIT;
  }

  /**
   * {@inheritDoc}
   *
   * <p>After a failure every later call fails: the operating system reports lost writes once, and a
   * success after that would hide them.
   */
  @Override
  public void flush() throws IOException {
    file.force();
  }

  @Override
  public boolean isReadOnly() {
    return file.isReadOnly();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
