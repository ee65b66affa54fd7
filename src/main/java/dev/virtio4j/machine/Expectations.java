package dev.virtio4j.machine;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Waits for regular expressions, one after the other, in the text of a serial line. Each byte is
 * looked at as it comes, so a prompt is found although its line is not finished; {@code $} matches
 * at the end of what has come so far. A match never spans lines, and the search for the next
 * expression starts after the end of the match before it.
 */
public final class Expectations {
  /** Of a line that is longer than this, only the later part is searched. */
  private static final int LINE_LIMIT = 4096;

  private final Deque<Pattern> outstanding;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private final ByteBuffer undecoded = ByteBuffer.allocate(8);
  private final CharBuffer decoded = CharBuffer.allocate(8);
  private final StringBuilder line = new StringBuilder();
  private int searchFrom;

  /**
   * Waits for these.
   *
   * @param expected the expressions in their order
   */
  public Expectations(Collection<Pattern> expected) {
    outstanding = new ArrayDeque<>(expected);
  }

  /**
   * Whether each expression was found.
   *
   * @return true also if there was none
   */
  public boolean met() {
    return outstanding.isEmpty();
  }

  /**
   * What is waited for now.
   *
   * @return the expression; null once all are met
   */
  public Pattern next() {
    return outstanding.peek();
  }

  /**
   * How many are waited for.
   *
   * @return expressions that were not found yet
   */
  public int outstanding() {
    return outstanding.size();
  }

  /**
   * Waits for these in place of all that is outstanding, in what comes from now on. {@code ^} is
   * still where the line began.
   *
   * @param expected the expressions in their order
   */
  public void restart(Collection<Pattern> expected) {
    outstanding.clear();
    outstanding.addAll(expected);
    searchFrom = line.length();
  }

  /** {@return the line at hand, as far as it came; of a long one, the end} */
  public String line() {
    return line.toString();
  }

  /**
   * Takes the next byte of the line.
   *
   * @param value the byte in the low 8 bits; UTF-8
   */
  public void accept(int value) {
    decoder.decode(undecoded.put((byte) value).flip(), decoded, false);
    undecoded.compact();
    decoded.flip();
    while (decoded.hasRemaining()) {
      append(decoded.get());
    }
    decoded.clear();
  }

  private void append(char c) {
    if (c == '\n') {
      search();
      line.setLength(0);
      searchFrom = 0;
      return;
    }
    if (c == '\r') {
      return;
    }
    line.append(c);
    if (line.length() > LINE_LIMIT) {
      int dropped = LINE_LIMIT / 2;
      line.delete(0, dropped);
      searchFrom = Math.max(0, searchFrom - dropped);
    }
    search();
  }

  private void search() {
    while (!met()) {
      Matcher matcher = next().matcher(line);
      if (!matcher.find(searchFrom)) {
        return;
      }
      searchFrom = matcher.end();
      outstanding.remove();
    }
  }
}
