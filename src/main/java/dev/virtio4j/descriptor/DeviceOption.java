package dev.virtio4j.descriptor;

import java.util.List;

/**
 * An option of a device.
 *
 * @param name what stands before the equals sign
 * @param type what may stand behind it
 * @param values the words of a choice; nothing for other types
 * @param byDefault the value where none is given; empty for nothing
 * @param help what it is for, in one line
 */
public record DeviceOption(
    String name, Type type, List<String> values, String byDefault, String help) {

  /** What the values of an option are; the descriptor has these names in small letters. */
  public enum Type {
    /** Any text. */
    TEXT,
    /** Letters, digits, dots, underlines and hyphens. */
    NAME,
    /** The path of a file. */
    FILE,
    /** A decimal number, 0 or more. */
    NUMBER,
    /** A number of bytes: a number that may have K, M, G or T behind it. */
    SIZE,
    /** A time: a number with ns, us, ms, s, m or h behind it, or 0. */
    TIME,
    /** One of some words. */
    CHOICE
  }

  /**
   * Keeps a copy of the words.
   *
   * @param name what stands before the equals sign
   * @param type what may stand behind it
   * @param values the words of a choice
   * @param byDefault the value where none is given
   * @param help what it is for
   */
  public DeviceOption {
    values = List.copyOf(values);
  }

  /**
   * Checks a value.
   *
   * @param value what the user gave
   * @throws IllegalArgumentException if it is not of the type; the message says what is
   */
  public void check(String value) {
    boolean fits =
        switch (type) {
          case TEXT, FILE -> true;
          case NAME -> value.matches("[\\w.-]+");
          case NUMBER -> value.matches("\\d{1,18}");
          case SIZE -> value.matches("\\d{1,18}[kKMGT]?");
          case TIME -> value.matches("0|\\d{1,18}(ns|us|ms|s|m|h)");
          case CHOICE -> values.contains(value);
        };
    if (!fits) {
      throw new IllegalArgumentException("%s=%s: not %s".formatted(name, value, allowed()));
    }
  }

  private String allowed() {
    return switch (type) {
      case TEXT, FILE -> "a text";
      case NAME -> "of letters, digits, '.', '_' and '-'";
      case NUMBER -> "a number";
      case SIZE -> "a size such as 512, 64K or 10M";
      case TIME -> "a time such as 100us or 5ms";
      case CHOICE -> "one of " + String.join(", ", values);
    };
  }
}
