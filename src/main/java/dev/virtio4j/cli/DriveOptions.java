package dev.virtio4j.cli;

import dev.virtio4j.virtio.blk.BlkOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One {@code --drive}, with QEMU's names for its keys.
 *
 * @param file the raw image
 * @param readOnly whether the guest may only read
 * @param device what the guest is to see
 */
record DriveOptions(Path file, boolean readOnly, BlkOptions device) {
  private static final List<String> KEYS =
      List.of("file", "if", "format", "readonly", "serial", "logical_block_size");

  /**
   * Reads {@code key=value,key=value}. A comma in a value is written twice, as for QEMU.
   *
   * @param text what stands after {@code --drive}
   * @return the options
   * @throws IllegalArgumentException if a key or a value is not one of those there are; the message
   *     is one line that lists them
   */
  static DriveOptions parse(String text) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String part : split(text)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw wrong("'" + part + "' is not key=value");
      }
      String key = part.substring(0, equals);
      if (!KEYS.contains(key)) {
        throw wrong("unknown key '" + key + "'");
      }
      if (values.put(key, part.substring(equals + 1)) != null) {
        throw wrong("key '" + key + "' is given twice");
      }
    }
    String file = values.getOrDefault("file", "");
    if (file.isEmpty()) {
      throw wrong("no file= names the image");
    }
    choice(values, "if", "virtio");
    choice(values, "format", "raw");
    return new DriveOptions(
        Path.of(file),
        choice(values, "readonly", "off", "on").equals("on"),
        BlkOptions.builder()
            .serial(values.getOrDefault("serial", ""))
            .logicalBlockSize(Integer.parseInt(choice(values, "logical_block_size", "512", "4096")))
            .build());
  }

  /** Splits at commas; two commas in a row stand for one that does not split. */
  private static List<String> split(String text) {
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

  /** The value of a key that has a fixed set of them; the first is the default. */
  private static String choice(Map<String, String> values, String key, String... choices) {
    String value = values.getOrDefault(key, choices[0]);
    if (!List.of(choices).contains(value)) {
      throw wrong(key + "=" + value + " is not " + key + "=" + String.join("|", choices));
    }
    return value;
  }

  private static IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException(what + "; the keys are " + String.join(", ", KEYS));
  }
}
