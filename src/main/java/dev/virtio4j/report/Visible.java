package dev.virtio4j.report;

import java.util.regex.Pattern;

/** Text of a guest as people, terminals and XML can take it. */
public final class Visible {
  /** ECMA-48: control sequences (colours, cursor), operating system commands, other escapes. */
  private static final Pattern ESCAPE_SEQUENCE =
      Pattern.compile(
          "\u001b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\u0007\u001b]*(?:\u0007|\u001b\\\\)|[ -/]*[0-Z\\\\^-~])");

  private static final int REPLACEMENT = 0xFFFD;

  private Visible() {}

  /**
   * A line without its end and without escape sequences, as {@link #text}.
   *
   * @param line as the guest sent it
   * @return the line
   */
  public static String line(String line) {
    return text(ESCAPE_SEQUENCE.matcher(line.replaceAll("\r*\n$", "")).replaceAll(""));
  }

  /**
   * A text with control characters as {@code ^A} and so on, but for line ends and tabs, and without
   * those characters that XML has not.
   *
   * @param text as the guest sent it
   * @return the text
   */
  public static String text(String text) {
    StringBuilder visible = new StringBuilder(text.length());
    text.codePoints().forEach(c -> append(visible, c));
    return visible.toString();
  }

  private static void append(StringBuilder visible, int c) {
    boolean control = (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
    boolean ofTheUpperHalf = c >= 0x80 && c < 0xA0;
    boolean surrogate = c >= 0xD800 && c < 0xE000;
    boolean noCharacter = c == 0xFFFE || c == 0xFFFF;
    if (control) {
      visible.append('^').append((char) (c ^ 0x40));
    } else {
      visible.appendCodePoint(ofTheUpperHalf || surrogate || noCharacter ? REPLACEMENT : c);
    }
  }
}
