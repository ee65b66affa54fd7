package dev.virtio4j.drive;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as one writes them on the command line. */
public final class Sizes {
  /** What {@link #parse} takes, in words. */
  static final String EXAMPLES = "size such as 512, 64k, 4M or 1G";

  private static final Pattern SIZE = Pattern.compile("(\\d{1,18})([kKmMgGtT]?)");

  private Sizes() {}

  /**
   * Reads a size as QEMU does: {@code 64k}, {@code 4M}, {@code 1G}, {@code 2T}, the letter in
   * either case; a plain number is bytes.
   *
   * @param text the size
   * @return bytes, 0 or more
   * @throws IllegalArgumentException if it is no size, or 2^63 bytes or more
   */
  public static long parse(String text) {
    return parse(text, 0);
  }

  /**
   * Reads a size in which a plain number is in another unit.
   *
   * @param text the size
   * @param plainShift the unit's power of two, 0 to 40
   * @return bytes, 0 or more
   * @throws IllegalArgumentException if it is no size, or 2^63 bytes or more
   */
  public static long parse(String text, int plainShift) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is no " + EXAMPLES);
    }
    int shift =
        switch (matcher.group(2)) {
          case "k", "K" -> 10;
          case "m", "M" -> 20;
          case "g", "G" -> 30;
          case "t", "T" -> 40;
          default -> plainShift;
        };
    long number = Long.parseLong(matcher.group(1));
    if (number > Long.MAX_VALUE >> shift) {
      throw new IllegalArgumentException("'" + text + "' is larger than any disk");
    }
    return number << shift;
  }
}
