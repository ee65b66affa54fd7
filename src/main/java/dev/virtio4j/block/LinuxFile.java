package dev.virtio4j.block;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A file of Linux under a descriptor of its own, for what Java can't do: making holes and finding
 * them. The descriptor must stay open as long as the file is locked: POSIX takes a process's locks
 * on a file away when any of its descriptors for that file is closed.
 */
final class LinuxFile implements Closeable {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private final int descriptor;

  private LinuxFile(int descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * Opens a file that this process has open, whatever its name is by now.
   *
   * @param key the file's {@link BasicFileAttributes#fileKey}
   * @param readOnly whether this may only read
   * @throws IOException with the reason if this can't be done on this host
   */
  static LinuxFile open(Object key, boolean readOnly) throws IOException {
    if (!Platform.isLinux()) {
      throw new IOException("this is not Linux");
    }
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
      if (Native.LONG_SIZE != Long.BYTES) { // that of an off_t
        throw new IOException("this JVM has 32 bits");
      }
      for (Path one : descriptors) {
        if (leadsTo(one, key)) {
          int flags = Calls.O_CLOEXEC | (readOnly ? Calls.O_RDONLY : Calls.O_RDWR);
          int own = Calls.open(one.toString(), flags);
          // Another thread may have closed the one found and opened another file under its number.
          if (leadsTo(DESCRIPTORS.resolve(String.valueOf(own)), key)) {
            return new LinuxFile(own);
          }
          Calls.close(own);
        }
      }
      throw new IOException("it is not in " + DESCRIPTORS);
    } catch (LastErrorException | LinkageError e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static boolean leadsTo(Path descriptor, Object key) {
    try {
      return key.equals(Files.readAttributes(descriptor, BasicFileAttributes.class).fileKey());
    } catch (IOException e) {
      return false; // closed meanwhile by another thread
    }
  }

  /**
   * Makes a range of the file read as zeroes without writing them. The size of the file stays.
   *
   * @param giveBack whether the range becomes a hole; else it keeps its space
   * @throws IOException if the file system can't do that
   */
  void zero(long position, long length, boolean giveBack) throws IOException {
    int mode =
        giveBack
            ? Calls.FALLOC_FL_PUNCH_HOLE | Calls.FALLOC_FL_KEEP_SIZE
            : Calls.FALLOC_FL_ZERO_RANGE | Calls.FALLOC_FL_KEEP_SIZE;
    for (; ; ) {
      try {
        Calls.fallocate(descriptor, mode, position, length);
        return;
      } catch (LastErrorException e) {
        if (e.getErrorCode() != Calls.EINTR) {
          throw new IOException(e.getMessage(), e);
        }
      }
    }
  }

  /**
   * How much of the file is not in holes.
   *
   * @return bytes
   * @throws IOException if the file system can't tell
   */
  long dataBytes() throws IOException {
    long total = 0;
    try {
      for (long hole = 0; ; ) {
        long data = Calls.lseek(descriptor, hole, Calls.SEEK_DATA);
        hole = Calls.lseek(descriptor, data, Calls.SEEK_HOLE);
        total += hole - data;
      }
    } catch (LastErrorException e) {
      if (e.getErrorCode() == Calls.ENXIO) { // no data up to the end
        return total;
      }
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    Calls.close(descriptor);
  }

  /** System calls, and the constants of their manual pages. */
  private static final class Calls {
    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_CLOEXEC = 0x80000;
    static final int FALLOC_FL_KEEP_SIZE = 1;
    static final int FALLOC_FL_PUNCH_HOLE = 2;
    static final int FALLOC_FL_ZERO_RANGE = 0x10;
    static final int SEEK_DATA = 3;
    static final int SEEK_HOLE = 4;
    static final int EINTR = 4;
    static final int ENXIO = 6;

    static {
      Native.register(Calls.class, NativeLibrary.getProcess());
    }

    static native int open(String path, int flags) throws LastErrorException;

    static native int fallocate(int descriptor, int mode, long position, long length)
        throws LastErrorException;

    static native long lseek(int descriptor, long position, int whence) throws LastErrorException;

    static native int close(int descriptor);

    private Calls() {}
  }
}
