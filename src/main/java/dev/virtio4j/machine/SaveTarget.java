package dev.virtio4j.machine;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.virtio4j.drive.DriveOptions;
import dev.virtio4j.host.StateWriter;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Where {@code --save-on} or the monitor puts the machine: a file beside the one that was named,
 * which takes its name when all of it is on stable storage.
 */
public final class SaveTarget implements Closeable {
  private final Path file;
  private final Path part;
  private final FileChannel channel;
  private final int level;

  private SaveTarget(Path file, Path part, FileChannel channel, int level) {
    this.file = file;
    this.part = part;
    this.level = level;
    this.channel = channel;
  }

  /** What is to be saved. */
  interface Content {
    /**
     * Writes its sections.
     *
     * @param out where to
     * @throws IOException if that fails
     */
    void save(StateWriter out) throws IOException;
  }

  /**
   * Makes sure that a machine can be saved.
   *
   * @param file where to; if it exists, a saved machine, and replaced when this one is complete
   * @param drives the machine's
   * @return the target; to be closed
   * @throws IOException with one line that names the file, if it is something else or can't be
   *     made, or a drive that can't be saved
   */
  public static SaveTarget open(Path file, List<DriveOptions> drives) throws IOException {
    return open(file, drives, Deflater.BEST_SPEED);
  }

  /**
   * Makes sure that a machine can be saved so that it is restored in a short time: the file is not
   * compressed.
   *
   * @param file as for {@link #open}
   * @param drives the machine's
   * @return the target; to be closed
   * @throws IOException as {@link #open}
   */
  public static SaveTarget openLarge(Path file, List<DriveOptions> drives) throws IOException {
    return open(file, drives, Deflater.NO_COMPRESSION);
  }

  private static SaveTarget open(Path file, List<DriveOptions> drives, int level)
      throws IOException {
    for (DriveOptions drive : drives) {
      if (drive.image() != null && drive.image().losesFlushes()) {
        throw new IOException(
            drive.file() + ": a drive that loses flushes can't be saved; leave out that fault=");
      }
    }
    if (Files.exists(file) && (!Files.isRegularFile(file) || !StateFile.is(file))) {
      throw new IOException(file + ": not a saved machine, and nothing else is replaced");
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new IOException(file + ": there is no such directory");
    }
    Path part = Files.createTempFile(directory, file.getFileName() + ".", ".part");
    return new SaveTarget(file, part, FileChannel.open(part, StandardOpenOption.WRITE), level);
  }

  /**
   * Writes the file.
   *
   * @param content the machine
   * @throws IOException if it can't be saved; what stood there is still there then
   */
  void write(Content content) throws IOException {
    CheckedOutputStream all =
        new CheckedOutputStream(
            new BufferedOutputStream(Channels.newOutputStream(channel), StateFile.BUFFER),
            new CRC32C());
    DataOutputStream frame = new DataOutputStream(all);
    frame.write(StateFile.MAGIC.getBytes(US_ASCII));
    frame.writeInt(StateFile.VERSION);
    Deflater deflater = new Deflater(level);
    try {
      DeflaterOutputStream body = new DeflaterOutputStream(all, deflater, StateFile.BUFFER);
      DataOutputStream sections =
          new DataOutputStream(new BufferedOutputStream(body, StateFile.BUFFER));
      content.save(new StateWriter(sections));
      sections.flush();
      body.finish();
    } finally {
      deflater.end();
    }
    frame.writeLong(all.getChecksum().getValue());
    frame.flush();
    channel.force(true);
    channel.close();
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** {@return the file that was named} */
  public Path file() {
    return file;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(part);
  }
}
