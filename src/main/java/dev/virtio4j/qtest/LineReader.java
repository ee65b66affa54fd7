package dev.virtio4j.qtest;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Splits a stream into lines of limited length; a byte is a character. */
final class LineReader {
  private final InputStream in;
  private final int limit;

  /**
   * Prepares to read.
   *
   * @param in the stream
   * @param limit the most bytes of a line, without its line feed
   */
  LineReader(InputStream in, int limit) {
    this.in = new BufferedInputStream(in);
    this.limit = limit;
  }

  /**
   * Reads a line.
   *
   * @return the line without its line feed; null at the end, also where a last line has no line
   *     feed, because nobody knows whether it is whole
   * @throws BadRequestException if the line was longer than the limit; the next one comes next
   * @throws IOException if the stream can't be read
   */
  String next() throws IOException, BadRequestException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    boolean fits = true;
    for (int value = in.read(); value != '\n'; value = in.read()) {
      if (value < 0) {
        return null;
      }
      fits = line.size() < limit;
      if (fits) {
        line.write(value);
      }
    }
    if (!fits) {
      throw new BadRequestException("the line has more than " + limit + " bytes");
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }
}
