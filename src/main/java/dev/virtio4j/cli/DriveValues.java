package dev.virtio4j.cli;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;

/**
 * What one {@code --drive} says of each key, or the key's default. Reading a value that is not
 * allowed throws {@link IllegalArgumentException} with one line that says what is.
 */
final class DriveValues {
  private final Map<DriveKey, String> values = new EnumMap<>(DriveKey.class);

  /**
   * Completes what was given with the defaults.
   *
   * @param given the values that were given
   */
  DriveValues(Map<DriveKey, String> given) {
    for (DriveKey key : DriveKey.values()) {
      values.put(key, given.getOrDefault(key, key.byDefault()));
    }
  }

  String text(DriveKey key) {
    return values.get(key);
  }

  /** A word of a choice. */
  String word(DriveKey key) {
    String text = text(key);
    if (!key.words().contains(text)) {
      throw refusal(key, null);
    }
    return text;
  }

  /** A name, or nothing. */
  String name(DriveKey key) {
    if (!text(key).matches("[\\w.-]*")) {
      throw refusal(key, null);
    }
    return text(key);
  }

  /** A size that is a field of 32 bits. */
  int smallSize(DriveKey key) {
    return read(key, text -> Math.toIntExact(Sizes.parse(text)));
  }

  /** A size in bytes. */
  long size(DriveKey key) {
    return read(key, Sizes::parse);
  }

  /** A number. */
  int number(DriveKey key) {
    if (!text(key).matches("\\d{1,9}")) {
      throw refusal(key, null);
    }
    return Integer.parseInt(text(key));
  }

  /** A time in nanoseconds. */
  long nanos(DriveKey key) {
    return read(key, text -> Durations.parseOrZero(text).toNanos());
  }

  private <T> T read(DriveKey key, Function<String, T> parser) {
    try {
      return parser.apply(text(key));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw refusal(key, e);
    }
  }

  private IllegalArgumentException refusal(DriveKey key, Exception cause) {
    return new IllegalArgumentException(
        key.id() + "=" + text(key) + ": use " + key.allowed(), cause);
  }
}
