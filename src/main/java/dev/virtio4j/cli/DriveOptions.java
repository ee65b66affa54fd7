package dev.virtio4j.cli;

import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.block.OnError;
import dev.virtio4j.virtio.SpecProfile;
import dev.virtio4j.virtio.blk.BlkOptions;
import dev.virtio4j.virtio.blk.BlkOptions.CacheMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One {@code --drive}.
 *
 * @param image where the content is
 * @param device what the guest is to see
 * @param given the keys that were given, with their values
 */
record DriveOptions(DriveImage image, BlkOptions device, Map<DriveKey, String> given) {

  DriveOptions {
    given = Collections.unmodifiableMap(new EnumMap<>(given));
  }

  /**
   * Reads {@code key=value,key=value}. A comma in a value is written twice, as for QEMU.
   *
   * @param text what stands after {@code --drive}
   * @return the options
   * @throws IllegalArgumentException if a key or a value is not one of those there are; the message
   *     is one line that lists them
   */
  static DriveOptions parse(String text) {
    Map<DriveKey, String> given = new EnumMap<>(DriveKey.class);
    for (String part : split(text)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("'" + part + "' is not key=value; " + DriveKey.list());
      }
      DriveKey key = DriveKey.of(part.substring(0, equals));
      if (given.put(key, part.substring(equals + 1)) != null) {
        throw new IllegalArgumentException("key '" + key.id() + "' is given twice");
      }
    }
    return of(given);
  }

  /**
   * Reads the values.
   *
   * @param given a value for each key that is not to have its default
   * @return the options
   * @throws IllegalArgumentException if a value is not allowed; the message is one line that says
   *     what is
   */
  static DriveOptions of(Map<DriveKey, String> given) {
    DriveValues values = new DriveValues(given);
    DriveImage image = DriveImage.of(values);
    values.name(DriveKey.ID);
    values.word(DriveKey.IF);
    return new DriveOptions(image, device(values), given);
  }

  /** The file that the image is in. */
  Path file() {
    return image.file();
  }

  /**
   * What holds for a key.
   *
   * @param key the key
   * @return its value as it was given, or its default
   */
  String value(DriveKey key) {
    return given.getOrDefault(key, key.byDefault());
  }

  private static BlkOptions device(DriveValues values) {
    return BlkOptions.builder()
        .serial(values.text(DriveKey.SERIAL))
        .logicalBlockSize(values.smallSize(DriveKey.LOGICAL_BLOCK_SIZE))
        .physicalBlockSize(values.smallSize(DriveKey.PHYSICAL_BLOCK_SIZE))
        .ioSizes(values.smallSize(DriveKey.MIN_IO_SIZE), values.smallSize(DriveKey.OPT_IO_SIZE))
        .geometry(
            values.number(DriveKey.CYLS),
            values.number(DriveKey.HEADS),
            values.number(DriveKey.SECS))
        .discard(values.word(DriveKey.DISCARD).equals("unmap"))
        .cache(CacheMode.valueOf(constant(values.word(DriveKey.CACHE))))
        .onError(
            OnError.valueOf(constant(values.word(DriveKey.RERROR))),
            OnError.valueOf(constant(values.word(DriveKey.WERROR))))
        .queues(values.number(DriveKey.NUM_QUEUES), values.number(DriveKey.QUEUE_SIZE))
        .spec(spec(values.word(DriveKey.SPEC)))
        .timing(timing(values))
        .build();
  }

  private static DiskTiming timing(DriveValues values) {
    return new DiskTiming(
        values.nanos(DriveKey.LATENCY),
        values.size(DriveKey.BPS),
        values.size(DriveKey.BPS_RD),
        values.size(DriveKey.BPS_WR),
        values.number(DriveKey.IOPS),
        values.number(DriveKey.IOPS_RD),
        values.number(DriveKey.IOPS_WR));
  }

  /** The enum constant that a word of a choice stands for. */
  private static String constant(String word) {
    return word.toUpperCase(Locale.ROOT);
  }

  private static SpecProfile spec(String id) {
    return Arrays.stream(SpecProfile.values())
        .filter(profile -> profile.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /**
   * All that a guest can tell of these options, as {@link BlkOptions#toString} has it; and what is
   * to go wrong.
   *
   * @return {@code key=value} for each key, always in the same order
   */
  List<String> seenByGuest() {
    List<String> seen = new ArrayList<>(split(device.toString()));
    seen.add("readonly=" + (image.readOnly() ? "on" : "off"));
    seen.add("fault=" + value(DriveKey.FAULT));
    return seen;
  }

  /** The keys that were given, as {@link #parse} reads them. */
  String text() {
    return given.entrySet().stream()
        .map(key -> key.getKey().id() + "=" + key.getValue().replace(",", ",,"))
        .collect(Collectors.joining(","));
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
}
