package dev.virtio4j.machine;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.virtio4j.host.StateException;
import dev.virtio4j.host.StateReader;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.InflaterInputStream;

/**
 * The file of a saved machine, open for reading; {@link SaveTarget} writes it. Numbers are
 * big-endian.
 *
 * <pre>
 *   "virtio4j state\n"
 *   version of the format   4 bytes
 *   the machine             deflated; MachineSetup.save has its sections
 *   CRC-32C                 8 bytes: of all that is before
 * </pre>
 */
final class StateFile implements Closeable {
  static final String MAGIC = "virtio4j state\n";
  static final int VERSION = 1;

  static final int BUFFER = 64 * 1024;

  private static final int BODY = MAGIC.length() + Integer.BYTES;

  private final Path file;
  private final FileChannel channel;
  private final StateReader reader;

  private StateFile(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    InputStream body = new InflaterInputStream(stream(channel, BODY));
    reader = new StateReader(new DataInputStream(new BufferedInputStream(body, BUFFER)));
  }

  /**
   * Opens a file and checks all of it.
   *
   * @param file the file
   * @return the file, to be read from the first section on
   * @throws IOException with one line that names the file, if it is not one of a saved machine, of
   *     another version, damaged, or not accessible
   */
  static StateFile open(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": no such file; name one of --save-on");
    }
    FileChannel channel = FileChannel.open(file);
    try {
      check(file, channel);
      return new StateFile(file, channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static void check(Path file, FileChannel channel) throws IOException {
    if (!begins(channel)) {
      throw new StateException(file + ": not a saved machine; name a file of --save-on");
    }
    long end = channel.size() - Long.BYTES;
    if (end < BODY) {
      throw damaged(file);
    }
    int version = new DataInputStream(stream(channel, MAGIC.length())).readInt();
    if (version != VERSION) {
      throw new StateException(
          "%s: has version %d of the format, and this program reads version %d"
              .formatted(file, version, VERSION));
    }
    CheckedInputStream all = new CheckedInputStream(stream(channel, 0), new CRC32C());
    all.skipNBytes(end);
    long sum = all.getChecksum().getValue();
    if (new DataInputStream(all).readLong() != sum) {
      throw damaged(file);
    }
  }

  private static StateException damaged(Path file) {
    return new StateException(file + ": damaged or cut short: its checksum does not fit");
  }

  private static boolean begins(FileChannel channel) throws IOException {
    byte[] magic = MAGIC.getBytes(US_ASCII);
    return Arrays.equals(stream(channel, 0).readNBytes(magic.length), magic);
  }

  private static InputStream stream(FileChannel channel, long position) throws IOException {
    return new BufferedInputStream(Channels.newInputStream(channel.position(position)), BUFFER);
  }

  /** Whether a file looks like one of a saved machine. */
  static boolean is(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return begins(channel);
    }
  }

  /** What reads the sections. */
  StateReader reader() {
    return reader;
  }

  /** Says what is wrong with what it has. */
  StateException wrong(String what) {
    return new StateException(file + ": " + what);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
