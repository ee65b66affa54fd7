package dev.virtio4j.report;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Writes what a guest sends on its serial line into two files: {@code serial.log} has the bytes as
 * they came, and {@code serial.times} has a line for each of its lines, with the emulated
 * nanoseconds at which it began and its offset in the log. A line that is too long counts as
 * several.
 *
 * <p>Not thread-safe: it is for the emulator's thread.
 */
public final class SerialLog implements Closeable {
  /** The file of the bytes as they came. */
  public static final String LOG = "serial.log";

  static final String TIMES = "serial.times";

  /** Of both files together: a guest that never stops does not fill the host's disk. */
  private static final long MAX_LENGTH = 64L << 20;

  private static final int MAX_LINE = 4096;
  private static final int TAIL = 2048;

  private final long maxLength;
  private final OutputStream log;
  private final OutputStream times;
  private final byte[] tail = new byte[TAIL];
  private long length;
  private long written;
  private long timesWritten;
  private long lineStart;
  private boolean lineEnded = true;

  /**
   * Begins an empty log, in place of one that was there.
   *
   * @param folder where; it exists
   * @throws IOException if it can't be written
   */
  public SerialLog(Path folder) throws IOException {
    this(folder, MAX_LENGTH);
  }

  /**
   * The same, with another limit.
   *
   * @param maxLength of both files together, in bytes
   */
  SerialLog(Path folder, long maxLength) throws IOException {
    this.maxLength = maxLength;
    log = new BufferedOutputStream(Files.newOutputStream(folder.resolve(LOG)));
    times = new BufferedOutputStream(Files.newOutputStream(folder.resolve(TIMES)));
  }

  /**
   * Adds a byte.
   *
   * @param nanos emulated time since power-on, or since the case went on from a checkpoint; never
   *     less than before
   * @param value the byte, in the low 8 bits
   * @throws IOException if it can't be written
   */
  public void add(long nanos, int value) throws IOException {
    tail[(int) (length++ % TAIL)] = (byte) value;
    if (written + timesWritten >= maxLength) {
      return;
    }
    if (lineEnded || written - lineStart == MAX_LINE) {
      log.flush(); // a user may follow it
      byte[] line = (nanos + " " + written + "\n").getBytes(StandardCharsets.US_ASCII);
      times.write(line);
      timesWritten += line.length;
      lineStart = written;
    }
    log.write(value);
    written++;
    lineEnded = (byte) value == '\n';
  }

  /**
   * The last lines, for those who look at a failure.
   *
   * @return at most 10 lines of at most 2 KiB together; empty if nothing came
   */
  public String tail() {
    int kept = (int) Math.min(length, TAIL);
    byte[] last = new byte[kept];
    for (int i = 0; i < kept; i++) {
      last[i] = tail[(int) ((length - kept + i) % TAIL)];
    }
    String[] lines = new String(last, StandardCharsets.UTF_8).stripTrailing().split("\\R", -1);
    int first = Math.max(0, lines.length - 10);
    return String.join("\n", Arrays.asList(lines).subList(first, lines.length));
  }

  @Override
  public void close() throws IOException {
    try (log;
        times) {
      log.flush();
      times.flush();
    }
  }
}
