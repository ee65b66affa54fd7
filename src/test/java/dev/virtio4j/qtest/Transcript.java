package dev.virtio4j.qtest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a test program and a fresh machine say to each other: {@code >} is a request, {@code <} a
 * line that comes back. The machine has 16 MiB of RAM and, as device 2, a virtio disk of {@link
 * #DISK_SECTORS} sectors, each full of its number.
 *
 * @param title what it shows
 * @param exchanges the requests in order, each with all lines that it causes
 */
record Transcript(String title, List<Exchange> exchanges) {
  static final int DISK_SECTORS = 4;

  /**
   * A request and what comes back.
   *
   * @param request the line sent
   * @param answer the lines that come back, interrupts before the reply
   */
  record Exchange(String request, List<String> answer) {}

  /**
   * Loads the transcripts of a file: a blank line ends each, a line with {@code #} is its title.
   *
   * @param file a resource of this package
   * @return the transcripts
   */
  static Stream<Transcript> load(String file) {
    try (InputStream in = Transcript.class.getResourceAsStream(file)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Stream.of(text.strip().split("\n\n", -1)).map(Transcript::parse);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Transcript parse(String block) {
    String title = "";
    List<Exchange> exchanges = new ArrayList<>();
    for (String line : block.lines().toList()) {
      String text = line.substring(2);
      switch (line.charAt(0)) {
        case '#' -> title = text;
        case '>' -> exchanges.add(new Exchange(text, new ArrayList<>()));
        case '<' -> exchanges.get(exchanges.size() - 1).answer.add(text);
        default -> throw new IllegalArgumentException(line);
      }
    }
    return new Transcript(title, exchanges);
  }

  /** The disk's content. */
  static byte[] disk() {
    byte[] content = new byte[DISK_SECTORS * 512];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i / 512);
    }
    return content;
  }

  @Override
  public String toString() {
    return title;
  }
}
