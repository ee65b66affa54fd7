package dev.virtio4j.report;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Reads what {@link SerialLog} wrote, one line at a time. */
final class SerialReader {
  private SerialReader() {}

  /**
   * A line of the log.
   *
   * @param nanos emulated time at which it began
   * @param text without what only a terminal understands, and without its end
   * @param start its offset in the log
   * @param size of the log
   */
  record Line(long nanos, String text, long start, long size) {}

  /** Takes one line after the other. */
  @FunctionalInterface
  interface Visitor {
    void visit(Line line) throws IOException;
  }

  /**
   * Counts the lines of a log.
   *
   * @param folder where it is
   * @return how many lines {@link #read} would visit
   */
  static long lines(Path folder) throws IOException {
    Path times = folder.resolve(SerialLog.TIMES);
    if (!Files.exists(times)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(times)) {
      return lines.count();
    }
  }

  /**
   * Reads a log.
   *
   * @param folder where it is; without a log there, or if this is null, there is nothing to visit
   * @param visitor takes the lines
   */
  static void read(Path folder, Visitor visitor) throws IOException {
    if (folder == null) {
      return;
    }
    Path log = folder.resolve(SerialLog.LOG);
    Path times = folder.resolve(SerialLog.TIMES);
    if (!Files.exists(log) || !Files.exists(times)) {
      return;
    }
    long size = Files.size(log);
    try (InputStream bytes = new BufferedInputStream(Files.newInputStream(log));
        BufferedReader lines = Files.newBufferedReader(times)) {
      String[] next = fields(lines);
      while (next != null) {
        long nanos = Long.parseLong(next[0]);
        long start = Long.parseLong(next[1]);
        next = fields(lines);
        long end = next == null ? size : Long.parseLong(next[1]);
        byte[] text = bytes.readNBytes(Math.toIntExact(end - start));
        visitor.visit(
            new Line(nanos, Visible.line(new String(text, StandardCharsets.UTF_8)), start, size));
      }
    } catch (NumberFormatException | IndexOutOfBoundsException | ArithmeticException e) {
      throw new IOException(times + ": damaged", e);
    }
  }

  private static String[] fields(BufferedReader lines) throws IOException {
    String line = lines.readLine();
    return line == null ? null : line.split(" ", 2);
  }
}
