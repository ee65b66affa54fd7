package dev.virtio4j.block;

import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A file that is locked while it is open: for one part of this program alone, or, when read-only,
 * against writers. Does not allocate once it is open.
 *
 * <p>The thread that uses it must not be interrupted: Java closes a file under an interrupted
 * thread, and every access after that fails.
 */
final class LockedFile implements ImageFile {
  /** Beyond this size a longer transfer costs no less a byte. */
  static final int MERGE_LIMIT = 256 * 1024;

  private static final Logger LOG = Logger.getLogger(LockedFile.class.getName());
  private static final int ZEROES = 64 * 1024;

  /**
   * The files that this program has open. State of the whole program on purpose: POSIX takes a
   * process's locks on a file away when any of its descriptors for that file is closed, so an
   * attempt to open a file again must be refused, or share the descriptor, before the file is
   * touched.
   */
  private static final Map<Object, Descriptor> OPEN = new HashMap<>();

  private final String name;
  private final Object key;
  private final Descriptor descriptor;
  private final FileChannel channel;
  private boolean closed;
  private IOException forceFailure;
  private ByteBuffer zeroes;
  private boolean linuxFailed;

  /** A file that is open, for as many as only read it. */
  private static final class Descriptor {
    final FileChannel channel;
    final boolean readOnly;
    LinuxFile linux;
    int users = 1;

    Descriptor(FileChannel channel, boolean readOnly) {
      this.channel = channel;
      this.readOnly = readOnly;
    }
  }

  private LockedFile(String name, Object key, Descriptor descriptor) {
    this.name = name;
    this.key = key;
    this.descriptor = descriptor;
    channel = descriptor.channel;
  }

  /**
   * Opens and locks a file. Its content is not touched.
   *
   * @throws IOException with one line that names the file and what to do, if it is missing, not a
   *     regular file, not accessible, or in use by this or another program
   */
  static LockedFile open(Path file, boolean readOnly) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException(file + ": no such file; name an existing disk image");
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": not a regular file; name a disk image");
    }
    try {
      Object key = key(file);
      return new LockedFile(file.toString(), key, descriptor(file, key, readOnly));
    } catch (AccessDeniedException e) {
      throw new IOException(
          file + ": permission denied; " + (readOnly ? "make it readable" : "open read-only"), e);
    }
  }

  private static Descriptor descriptor(Path file, Object key, boolean readOnly) throws IOException {
    synchronized (OPEN) {
      Descriptor open = OPEN.get(key);
      if (open == null) {
        open = new Descriptor(lock(file, key, readOnly), readOnly);
        OPEN.put(key, open);
      } else if (readOnly && open.readOnly) {
        open.users++;
      } else {
        throw new IOException(file + ": already open as a disk of this program; use it once");
      }
      return open;
    }
  }

  /**
   * Makes and locks an empty file.
   *
   * @throws IOException with one line if there is something of that name
   */
  static LockedFile create(Path file, FileAttribute<?>... attributes) throws IOException {
    try {
      Files.createFile(file, attributes);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(file + ": already exists; name a new file", e);
    }
    return open(file, false);
  }

  /** Makes an empty file that is gone when it is closed, or when the program ends in any way. */
  static LockedFile temporary() throws IOException {
    Path file = Files.createTempFile("virtio4j", ".overlay");
    Object key = key(file);
    // POSIX: deleted as soon as it is open. Windows does that when the process ends.
    FileChannel channel = FileChannel.open(file, READ, WRITE, DELETE_ON_CLOSE);
    return new LockedFile(
        "temporary file in " + file.getParent(), key, new Descriptor(channel, false));
  }

  private static Object key(Path file) throws IOException {
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return key == null ? file.toRealPath() : key; // a file system that does not number its files
  }

  private static FileChannel lock(Path file, Object key, boolean shared) throws IOException {
    FileChannel channel =
        FileChannel.open(file, shared ? Set.<OpenOption>of(READ) : Set.of(READ, WRITE));
    try {
      // Who had it locked until now may have put another file in its place.
      if (!lock(channel, shared) || !key(file).equals(key)) {
        throw new IOException(file + ": in use by another program; end that one first");
      }
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean lock(FileChannel channel, boolean shared) throws IOException {
    try {
      return channel.tryLock(0, Long.MAX_VALUE, shared) != null;
    } catch (OverlappingFileLockException e) {
      return false; // by another part of this program
    }
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public void read(long position, ByteBuffer into) throws IOException {
    for (long at = position; into.hasRemaining(); ) {
      int count = channel.read(into, at);
      if (count < 0) {
        throw new IOException(name + ": ends at " + at + ", was cut short while in use");
      }
      at += count;
    }
  }

  @Override
  public void write(long position, ByteBuffer from) throws IOException {
    checkWritable();
    for (long at = position; from.hasRemaining(); ) {
      at += channel.write(from, at);
    }
  }

  @Override
  public void zero(long position, long length, boolean mayUnmap) throws IOException {
    checkWritable();
    if (length == 0 || zeroByHost(position, length, mayUnmap)) {
      return;
    }
    if (zeroes == null) {
      zeroes = ByteBuffer.allocateDirect(ZEROES);
    }
    for (long done = 0; done < length; done += zeroes.limit()) {
      write(position + done, zeroes.clear().limit((int) Math.min(length - done, ZEROES)));
    }
  }

  @Override
  public void discard(long position, long length) {
    zeroByHost(position, length, true);
  }

  /** Whether the host made a range zeroes without writing them. */
  private boolean zeroByHost(long position, long length, boolean giveBack) {
    if (linuxFailed) {
      return false;
    }
    try {
      linux().zero(position, length, giveBack);
      return true;
    } catch (IOException e) {
      linuxFailed = true;
      LOG.log(
          Level.INFO,
          () -> name + ": the host takes no space back from it (" + e.getMessage() + ")");
      return false;
    }
  }

  /** How many bytes the file takes on the host; nothing where the host can't tell. */
  OptionalLong spaceOnHost() {
    try {
      return OptionalLong.of(linux().dataBytes());
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  private LinuxFile linux() throws IOException {
    synchronized (OPEN) {
      if (descriptor.linux == null) {
        descriptor.linux = LinuxFile.open(key, descriptor.readOnly);
      }
      return descriptor.linux;
    }
  }

  /** Changes the size; what is gained reads as zeroes. */
  void resize(long size) throws IOException {
    checkWritable();
    long old = channel.size();
    if (size < old) {
      channel.truncate(size);
    } else if (size > old) {
      write(size - 1, ByteBuffer.allocate(1));
    }
  }

  private void checkWritable() throws IOException {
    if (descriptor.readOnly) {
      throw new IOException(name + ": open read-only");
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>After a failure every later call fails: the operating system reports lost writes once, and a
   * success after that would hide them.
   */
  @Override
  public void force() throws IOException {
    if (descriptor.readOnly) {
      return;
    }
    if (forceFailure != null) {
      throw new IOException(name + ": an earlier flush failed", forceFailure);
    }
    try {
      channel.force(false);
    } catch (IOException e) {
      forceFailure = e;
      throw e;
    }
  }

  @Override
  public boolean isReadOnly() {
    return descriptor.readOnly;
  }

  @Override
  public void close() throws IOException {
    synchronized (OPEN) {
      if (closed) {
        return;
      }
      closed = true;
      if (--descriptor.users > 0) {
        return;
      }
      OPEN.remove(key, descriptor);
      try {
        channel.close();
      } finally {
        if (descriptor.linux != null) {
          descriptor.linux.close();
        }
      }
    }
  }

  /** How it is named in messages. */
  @Override
  public String toString() {
    return name;
  }
}
