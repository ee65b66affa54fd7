package dev.virtio4j.descriptor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One {@code --device}.
 *
 * @param type the name of a {@link DeviceType}
 * @param given the values that were given, by the names of the options
 */
public record DeviceOptions(String type, Map<String, String> given) {

  /**
   * Keeps a copy of what was given.
   *
   * @param type the name of a {@link DeviceType}
   * @param given the values that were given, by the names of the options
   */
  public DeviceOptions {
    given = Collections.unmodifiableMap(new LinkedHashMap<>(given));
  }

  /**
   * Reads {@code type,key=value,key=value}. A comma in a value is written twice, as for QEMU.
   *
   * @param text what stands after {@code --device}
   * @return the options; whether there are such is not known here
   * @throws IllegalArgumentException with one line, if it is not written so
   */
  public static DeviceOptions parse(String text) {
    List<String> parts = split(text);
    String type = parts.get(0);
    if (type.isEmpty() || type.contains("=")) {
      throw new IllegalArgumentException("'" + text + "': the type comes first, then KEY=VALUE");
    }
    Map<String, String> given = new LinkedHashMap<>();
    for (String part : parts.subList(1, parts.size())) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("'" + part + "' is not key=value");
      }
      String key = part.substring(0, equals);
      if (given.put(key, part.substring(equals + 1)) != null) {
        throw new IllegalArgumentException("key '" + key + "' is given twice");
      }
    }
    return new DeviceOptions(type, given);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(type);
    given.forEach(
        (key, value) -> text.append(',').append(key).append('=').append(value.replace(",", ",,")));
    return text.toString();
  }

  /**
   * Splits at commas; two commas in a row stand for one that does not split.
   *
   * @param text such as stands after {@code --drive}
   * @return its parts, at least one
   */
  public static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != ',') {
        part.append(c);
      } else if (i + 1 < text.length() && text.charAt(i + 1) == ',') {
        part.append(c);
        i++;
      } else {
        parts.add(part.toString());
        part.setLength(0);
      }
    }
    parts.add(part.toString());
    return parts;
  }
}
