package dev.virtio4j.drive;

import dev.virtio4j.virtio.SpecProfile;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * What one {@code --drive} says of each key that such a drive has, or the key's default. Reading a
 * value that is not allowed throws {@link IllegalArgumentException} with one line that says what
 * is.
 */
final class DriveValues {
  private final Map<DriveKey, String> values = new EnumMap<>(DriveKey.class);

  private final DriveKind kind;

  /**
   * Completes what was given with the defaults.
   *
   * @param given the values that were given
   * @throws IllegalArgumentException if there is a key among them that such a drive has not
   */
  DriveValues(Map<DriveKey, String> given) {
    for (DriveKey key : DriveKey.values()) {
      values.put(key, given.getOrDefault(key, key.byDefault()));
    }
    kind = kindOf();
    for (DriveKey key : DriveKey.values()) {
      if (!given.containsKey(key)) {
        values.put(key, key.byDefault(kind));
      } else if (!key.isOf(kind)) {
        throw new IllegalArgumentException(key.id() + "=" + text(key) + ": not for " + kind);
      }
    }
  }

  private DriveKind kindOf() {
    if (word(DriveKey.IF).equals("virtio")) {
      return DriveKind.VIRTIO;
    }
    return word(DriveKey.MEDIA).equals("cdrom") ? DriveKind.CDROM : DriveKind.SCSI_DISK;
  }

  /** What the guest sees of the drive. */
  DriveKind kind() {
    return kind;
  }

  String text(DriveKey key) {
    return values.get(key);
  }

  /** Whether a choice of on and off is on. */
  boolean isOn(DriveKey key) {
    return word(key).equals("on");
  }

  /** The constant of an enum that a word of a choice stands for. */
  <E extends Enum<E>> E constant(DriveKey key, Class<E> type) {
    return Enum.valueOf(type, word(key).toUpperCase(Locale.ROOT));
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

  /** A number in a range. */
  int number(DriveKey key, int least, int most) {
    int number = number(key);
    if (number < least || number > most) {
      throw refusal(key, null);
    }
    return number;
  }

  /** Has a value that is fixed for such a drive. */
  void require(DriveKey key, String only) {
    if (!text(key).equals(only)) {
      throw new IllegalArgumentException(
          key.id() + "=" + text(key) + ": use " + only + " with " + kind);
    }
  }

  /** A time in nanoseconds. */
  long nanos(DriveKey key) {
    return read(key, text -> Durations.parseOrZero(text).toNanos());
  }

  /** The text that the device goes by. */
  SpecProfile spec() {
    String id = word(DriveKey.SPEC);
    return Arrays.stream(SpecProfile.values())
        .filter(profile -> profile.id().equals(id))
        .findFirst()
        .orElseThrow();
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
