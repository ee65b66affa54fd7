package dev.virtio4j.drive;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as one writes them on the command line. */
public final class Durations {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ns|us|ms|s|m|h|)");

  private Durations() {}

  /**
   * Reads a duration: {@code 300s}, {@code 5m}, {@code 1h}, {@code 500ms}; a plain number is
   * seconds.
   *
   * @param text the duration
   * @return the duration, longer than nothing
   * @throws IllegalArgumentException if it is no duration
   */
  public static Duration parse(String text) {
    Duration duration = parseOrZero(text);
    if (duration.isZero()) {
      throw new IllegalArgumentException("a duration must be longer than nothing");
    }
    return duration;
  }

  /**
   * Reads a duration that may be nothing. In addition to those of {@link #parse} there are {@code
   * 100us} and {@code 100ns}.
   *
   * @param text the duration
   * @return the duration
   * @throws IllegalArgumentException if it is no duration
   */
  static Duration parseOrZero(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is no duration such as 300s, 5m or 500ms");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ns" -> Duration.ofNanos(number);
      case "us" -> Duration.ofNanos(1000 * number);
      case "ms" -> Duration.ofMillis(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofSeconds(number);
    };
  }
}
