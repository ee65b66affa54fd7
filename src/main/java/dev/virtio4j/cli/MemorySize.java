package dev.virtio4j.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A size of RAM.
 *
 * @param bytes the size, 1 MiB to 2047 MiB
 */
record MemorySize(int bytes) {
  private static final Pattern FORMAT = Pattern.compile("(\\d{1,9})([KMG]?)");
  private static final long PAGE = 4096;
  private static final long SMALLEST = 1 << 20;
  private static final long LARGEST = 2047 << 20;

  /**
   * Reads a size as QEMU's {@code -m} does: {@code 128M}, {@code 1G}, {@code 65536K}; a plain
   * number is MiB.
   *
   * @param text the size; the letter in either case
   * @return the size
   * @throws IllegalArgumentException if it is no size or out of range
   */
  static MemorySize parse(String text) {
    Matcher matcher = FORMAT.matcher(text.toUpperCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is no size such as 128M or 1G");
    }
    long number = Long.parseLong(matcher.group(1));
    long bytes =
        switch (matcher.group(2)) {
          case "K" -> number << 10;
          case "G" -> number << 30;
          default -> number << 20;
        };
    if (bytes < SMALLEST || bytes > LARGEST || bytes % PAGE != 0) {
      throw new IllegalArgumentException("'" + text + "' is not 1M to 2047M in steps of 4K");
    }
    return new MemorySize((int) bytes);
  }
}
