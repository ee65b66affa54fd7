package dev.virtio4j.block;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A disk in a file that holds its bytes and nothing else. The file is locked while the disk is
 * open: for this program alone, or, when read-only, against writers.
 *
 * <p>The thread that uses it must not be interrupted: Java closes a file under an interrupted
 * thread, and every access after that fails.
 */
public final class RawFile implements BlockBackend {
  /** Beyond this size a longer transfer costs no less a byte. */
  private static final int MERGE_LIMIT = 256 * 1024;

  /**
   * The images that this program has open. State of the whole program on purpose: POSIX takes a
   * process's locks on a file away when any of its descriptors for that file is closed, so an
   * attempt to open an image again must be refused before the file is touched.
   */
  private static final Set<Object> OPEN = ConcurrentHashMap.newKeySet();

  private final Path image;
  private final Object key;
  private final FileChannel channel;
  private final boolean readOnly;
  private long size;
  private IOException flushFailure;

  private RawFile(Path image, Object key, FileChannel channel, boolean readOnly, long size) {
    this.image = image;
    this.key = key;
    this.channel = channel;
    this.readOnly = readOnly;
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
    RawFile file = openAnySize(image, readOnly);
    try {
      checkSize(image, file.size);
      return file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** As {@link #open}, for a file that may have any size: what a format keeps its disk in. */
  static RawFile openAnySize(Path image, boolean readOnly) throws IOException {
    if (!Files.exists(image)) {
      throw new IOException(image + ": no such file; name an existing disk image");
    }
    if (!Files.isRegularFile(image)) {
      throw new IOException(image + ": not a regular file; name a disk image");
    }
    Object key = Files.readAttributes(image, BasicFileAttributes.class).fileKey();
    if (key == null) { // a file system that does not number its files
      key = image.toRealPath();
    }
    if (!OPEN.add(key)) {
      throw new IOException(image + ": already open as a disk of this program; use it once");
    }
    FileChannel channel = null;
    try {
      channel = readOnly ? FileChannel.open(image, READ) : FileChannel.open(image, READ, WRITE);
      lock(image, channel, readOnly);
      return new RawFile(image, key, channel, readOnly, channel.size());
    } catch (IOException e) {
      if (channel != null) {
        channel.close();
      }
      OPEN.remove(key);
      throw e instanceof AccessDeniedException
          ? new IOException(
              image + ": permission denied; " + (readOnly ? "make it readable" : "open read-only"),
              e)
          : e;
    }
  }

  private static void lock(Path image, FileChannel channel, boolean shared) throws IOException {
    boolean locked;
    try {
      locked = channel.tryLock(0, Long.MAX_VALUE, shared) != null;
    } catch (OverlappingFileLockException e) {
      locked = false; // by another part of this program
    }
    if (!locked) {
      throw new IOException(image + ": in use by another program; end that one first");
    }
  }

  private static void checkSize(Path image, long size) throws IOException {
    if (size == 0) {
      throw new IOException(image + ": empty; a disk image has at least 512 bytes");
    }
    if (size % SECTOR_SIZE != 0) {
      throw new IOException(
          image + ": size " + size + " is no multiple of 512; pad it, or name another image");
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(long position, ByteBuffer into) throws IOException {
    Objects.checkFromIndexSize(position, into.remaining(), size);
    for (long at = position; into.hasRemaining(); ) {
      int count = channel.read(into, at);
      if (count < 0) {
        throw new IOException(image + ": ends at " + at + ", was cut short while in use");
      }
      at += count;
    }
  }

  @Override
  public void write(long position, ByteBuffer from) throws IOException {
    Objects.checkFromIndexSize(position, from.remaining(), size);
    if (readOnly) {
      throw new IOException(image + ": open read-only");
    }
    for (long at = position; from.hasRemaining(); ) {
      at += channel.write(from, at);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Writes zeroes: nothing is given back yet.
   */
  @Override
  public void zero(long position, long length, boolean mayUnmap) throws IOException {
    Objects.checkFromIndexSize(position, length, size);
    ByteBuffer zeroes = ByteBuffer.allocateDirect((int) Math.min(length, MERGE_LIMIT));
    for (long done = 0; done < length; done += zeroes.limit()) {
      write(position + done, zeroes.clear().limit((int) Math.min(length - done, MERGE_LIMIT)));
    }
  }

  @Override
  public void resize(long newSize) throws IOException {
    if (newSize <= 0 || newSize % SECTOR_SIZE != 0) {
      throw new IllegalArgumentException(
          "a disk has a positive multiple of 512 bytes, not " + newSize);
    }
    if (readOnly) {
      throw new IOException(image + ": open read-only");
    }
    if (newSize < size) {
      channel.truncate(newSize);
    } else if (newSize > size) {
      channel.write(ByteBuffer.allocate(1), newSize - 1);
    }
    size = newSize;
  }

  @Override
  public int mergeLimit() {
    return MERGE_LIMIT;
  }

  /**
   * {@inheritDoc}
   *
   * <p>After a failure every later call fails: the operating system reports lost writes once, and a
   * success after that would hide them.
   */
  @Override
  public void flush() throws IOException {
    if (readOnly) {
      return;
    }
    if (flushFailure != null) {
      throw new IOException(image + ": an earlier flush failed", flushFailure);
    }
    try {
      channel.force(false);
    } catch (IOException e) {
      flushFailure = e;
      throw e;
    }
  }

  @Override
  public boolean isReadOnly() {
    return readOnly;
  }

  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      try {
        channel.close();
      } finally {
        OPEN.remove(key);
      }
    }
  }
}
