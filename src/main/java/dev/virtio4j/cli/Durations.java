package dev.virtio4j.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as one writes them on the command line. */
final class Durations {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|)");

  private Durations() {}

  /**
   * Reads a duration: {@code 300s}, {@code 5m}, {@code 1h}, {@code 500ms}; a plain number is
   * seconds.
   *
   * @param text the duration
   * @return the duration, longer than nothing
   * @throws IllegalArgumentException if it is no duration
   */
  static Duration parse(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is no duration such as 300s, 5m or 500ms");
    }
    long number = Long.parseLong(matcher.group(1));
    Duration duration =
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(number);
          case "m" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          default -> Duration.ofSeconds(number);
        };
    if (duration.isZero()) {
      throw new IllegalArgumentException("a duration must be longer than nothing");
    }
    return duration;
  }
}
