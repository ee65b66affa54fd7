package dev.virtio4j.report;

import java.util.regex.Pattern;

/** Text of a guest as people, terminals and XML can take it. */
public final class Visible {
  /** ECMA-48: control sequences (colours, cursor), operating system commands, other escapes. */
  private static final Pattern ESCAPE_SEQUENCE =
      Pattern.compile(
          "\u001b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\u0007\u001b]*(?:\u0007|\u001b\\\\)|[ -/]*[0-Z\\\\^-~])");

  /** Unicode has a picture of each control character of ASCII, in the same order from here on. */
  private static final int CONTROL_PICTURES = 0x2400;

  private static final int PICTURE_OF_DELETE = 0x2421;
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
   * A text with other characters in place of control characters, but for line ends and tabs, and of
   * those that XML has not.
   *
   * @param text as the guest sent it
   * @return the text
   */
  public static String text(String text) {
    if (text.codePoints().allMatch(c -> c == replacement(c))) {
      return text;
    }
    return text.codePoints()
        .map(Visible::replacement)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static int replacement(int c) {
    if (c == '\n' || c == '\t') {
      return c;
    } else if (c < 0x20) {
      return CONTROL_PICTURES + c;
    } else if (c == 0x7F) {
      return PICTURE_OF_DELETE;
    }
    boolean control = c >= 0x80 && c < 0xA0;
    boolean surrogate = c >= 0xD800 && c < 0xE000;
    boolean noCharacter = c == 0xFFFE || c == 0xFFFF;
    return control || surrogate || noCharacter ? REPLACEMENT : c;
  }
}
