package dev.virtio4j.report;

import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * Writes {@code results.json} so that it is whole after each case: the end of the document is
 * written with each, and the next one takes its place. So a case costs its own length only, and a
 * killed run leaves what was finished.
 */
final class ResultsWriter implements Closeable {
  private final FileChannel file;
  private long end;
  private String separator = "\n";

  ResultsWriter(Path path, SuiteInfo info) throws IOException {
    file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    String members = ResultsJson.info(info);
    String start = members.substring(0, members.length() - 1) + ",\n\"results\":[";
    append(start, Duration.ZERO);
  }

  /**
   * Where in the file a case is.
   *
   * @param offset of its first byte
   * @param length in bytes
   */
  record Place(long offset, int length) {}

  /**
   * Adds a case.
   *
   * @param result the case
   * @param files the folder with its files, relative to that of the report; null if it has none
   * @param wall how long the run has taken
   * @return where it is
   */
  Place add(CaseResult result, String files, Duration wall) throws IOException {
    long start = end + separator.length();
    append(separator + ResultsJson.text(result, files), wall);
    separator = ",\n";
    return new Place(start, Math.toIntExact(end - start));
  }

  /**
   * Reads a case back.
   *
   * @param place where it is
   * @return the case
   */
  CaseResult read(Place place) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(place.length());
    while (bytes.hasRemaining()) {
      if (file.read(bytes, place.offset() + bytes.position()) < 0) {
        throw new IOException("the results were cut short by someone else");
      }
    }
    try {
      return ResultsJson.caseResult(
          JsonParser.object().from(new String(bytes.array(), StandardCharsets.UTF_8)));
    } catch (JsonParserException e) {
      throw new IOException("the results were changed by someone else", e);
    }
  }

  private void append(String text, Duration wall) throws IOException {
    ByteBuffer kept = StandardCharsets.UTF_8.encode(text);
    ByteBuffer rest = StandardCharsets.UTF_8.encode("\n],\"wall_ns\":" + wall.toNanos() + "}\n");
    long next = end + kept.remaining();
    ByteBuffer both = ByteBuffer.allocate(kept.remaining() + rest.remaining());
    both.put(kept).put(rest).flip();
    for (long at = end; both.hasRemaining(); ) {
      at += file.write(both, at);
    }
    end = next;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
