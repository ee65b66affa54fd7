package dev.virtio4j.drive;

import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.block.OnError;
import dev.virtio4j.descriptor.DeviceOptions;
import dev.virtio4j.virtio.blk.BlkOptions;
import dev.virtio4j.virtio.blk.BlkOptions.CacheMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One {@code --drive}.
 *
 * @param kind what the guest sees of it
 * @param image where the content is; null for a CD-ROM drive that is empty
 * @param device as a block device
 * @param scsi as a unit on a SCSI host; null for a block device
 * @param given the keys that were given, with their values
 */
public record DriveOptions(
    DriveKind kind,
    DriveImage image,
    BlkOptions device,
    ScsiDrive scsi,
    Map<DriveKey, String> given) {

  /** What a block device has not, or has otherwise. */
  private static final List<DriveKey> SCSI_KEYS =
      List.of(
          DriveKey.BUS,
          DriveKey.TARGET,
          DriveKey.LUN,
          DriveKey.MEDIA,
          DriveKey.LOGICAL_BLOCK_SIZE,
          DriveKey.NUM_QUEUES,
          DriveKey.QUEUE_SIZE,
          DriveKey.SPEC);

  /**
   * Keeps a copy of what was given.
   *
   * @param kind what the guest sees of it
   * @param image where the content is; null for none
   * @param device as a block device
   * @param scsi as a unit on a SCSI host; null for a block device
   * @param given the keys that were given, with their values
   */
  public DriveOptions {
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
  public static DriveOptions parse(String text) {
    return of(keys(text));
  }

  /**
   * Reads {@code key=value,key=value} for themselves.
   *
   * @param text such as stands after {@code --drive}
   * @return what is given for each key
   * @throws IllegalArgumentException if a key is not one of those there are
   */
  public static Map<DriveKey, String> keys(String text) {
    Map<DriveKey, String> given = new EnumMap<>(DriveKey.class);
    for (String part : DeviceOptions.split(text)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("'" + part + "' is not key=value; " + DriveKey.list());
      }
      DriveKey key = DriveKey.of(part.substring(0, equals));
      if (given.put(key, part.substring(equals + 1)) != null) {
        throw new IllegalArgumentException("key '" + key.id() + "' is given twice");
      }
    }
    return given;
  }

  /**
   * Reads the values.
   *
   * @param given a value for each key that is not to have its default
   * @return the options
   * @throws IllegalArgumentException if a value is not allowed; the message is one line that says
   *     what is
   */
  public static DriveOptions of(Map<DriveKey, String> given) {
    DriveValues values = new DriveValues(given);
    DriveKind kind = values.kind();
    DriveImage image = DriveImage.of(values);
    values.name(DriveKey.ID);
    if (kind == DriveKind.VIRTIO) {
      return new DriveOptions(kind, image, device(values), null, given);
    }
    if (kind == DriveKind.CDROM) {
      values.require(DriveKey.LOGICAL_BLOCK_SIZE, "2048");
      values.require(DriveKey.READONLY, "on");
    }
    return new DriveOptions(
        kind, image, device(values), ScsiDrive.of(values, timing(values)), given);
  }

  /**
   * Tells whether a type of device is one of ours.
   *
   * @param type its name
   * @return whether {@link #ofDevice} knows it
   */
  public static boolean isOurs(String type) {
    return DriveKind.of(type).isPresent();
  }

  /**
   * Reads the options of one of our devices.
   *
   * @param type its type, as our plugin-descriptor.xml has it
   * @param options their values by their names
   * @return the drive that it is
   * @throws IllegalArgumentException if there is no such type or option, or a value is not allowed;
   *     the message is one line that says what is
   */
  public static DriveOptions ofDevice(String type, Map<String, String> options) {
    return of(keysOfDevice(type, options));
  }

  /**
   * Reads the options of one of our devices for themselves.
   *
   * @param type its type, as our plugin-descriptor.xml has it
   * @param options their values by their names
   * @return what is given for each key of the drive that it is
   * @throws IllegalArgumentException if there is no such type or option, or a value is not of its
   *     type; the message is one line that says what there is
   */
  public static Map<DriveKey, String> keysOfDevice(String type, Map<String, String> options) {
    DriveKind kind =
        DriveKind.of(type)
            .orElseThrow(() -> new IllegalArgumentException("no device of ours: " + type));
    kind.type().check(options);
    Map<DriveKey, String> keys = new EnumMap<>(DriveKey.class);
    for (DriveKey selector : List.of(DriveKey.IF, DriveKey.MEDIA)) {
      if (selector.isOf(kind)) {
        keys.put(selector, selector.byDefault(kind));
      }
    }
    options.forEach((name, value) -> keys.put(DriveKey.of(name), value));
    return keys;
  }

  /**
   * These with other values of some keys.
   *
   * @param others the values
   * @return the options
   * @throws IllegalArgumentException as {@link #of}
   */
  DriveOptions with(Map<DriveKey, String> others) {
    Map<DriveKey, String> merged = new EnumMap<>(DriveKey.class);
    merged.putAll(given);
    merged.putAll(others);
    return of(merged);
  }

  /**
   * The same drive with another image.
   *
   * @param keys what is said of the image; nothing for none
   * @return the options
   * @throws IllegalArgumentException as {@link #of}
   */
  DriveOptions withImage(Map<DriveKey, String> keys) {
    Map<DriveKey, String> merged = new EnumMap<>(DriveKey.class);
    merged.putAll(given);
    merged.keySet().removeAll(DriveKey.OF_IMAGE);
    merged.putAll(keys);
    return of(merged);
  }

  /** {@return the file that the image is in; in words, if there is none} */
  public String file() {
    return image == null ? "(empty)" : image.file().toString();
  }

  /** {@return all files that it is in} */
  public List<Path> files() {
    return image == null ? List.of() : image.files();
  }

  /**
   * What holds for a key.
   *
   * @param key the key
   * @return its value as it was given, or its default
   */
  public String value(DriveKey key) {
    return given.getOrDefault(key, key.byDefault(kind));
  }

  /** As a block device; what a SCSI disk has of it, too, is checked alike. */
  private static BlkOptions device(DriveValues values) {
    BlkOptions.Builder device =
        BlkOptions.builder()
            .serial(values.text(DriveKey.SERIAL))
            .discard(values.word(DriveKey.DISCARD).equals("unmap"))
            .cache(values.constant(DriveKey.CACHE, CacheMode.class))
            .onError(
                values.constant(DriveKey.RERROR, OnError.class),
                values.constant(DriveKey.WERROR, OnError.class))
            .timing(timing(values));
    if (values.kind() != DriveKind.CDROM) {
      device
          .logicalBlockSize(values.smallSize(DriveKey.LOGICAL_BLOCK_SIZE))
          .physicalBlockSize(values.smallSize(DriveKey.PHYSICAL_BLOCK_SIZE))
          .ioSizes(values.smallSize(DriveKey.MIN_IO_SIZE), values.smallSize(DriveKey.OPT_IO_SIZE));
    }
    if (values.kind() == DriveKind.VIRTIO) {
      device
          .geometry(
              values.number(DriveKey.CYLS),
              values.number(DriveKey.HEADS),
              values.number(DriveKey.SECS))
          .queues(values.number(DriveKey.NUM_QUEUES), values.number(DriveKey.QUEUE_SIZE))
          .spec(values.spec());
    }
    return device.build();
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

  /**
   * All that a guest can tell of these options, as {@link BlkOptions#toString} has it; and what is
   * to go wrong.
   *
   * @return {@code key=value} for each key, always in the same order
   */
  List<String> seenByGuest() {
    List<String> seen = new ArrayList<>(DeviceOptions.split(device.toString()));
    if (scsi != null) {
      seen.removeIf(key -> !isOfScsi(key));
      for (DriveKey key : SCSI_KEYS) {
        seen.add(key.id() + "=" + value(key));
      }
    }
    seen.add("readonly=" + value(DriveKey.READONLY));
    seen.add("fault=" + value(DriveKey.FAULT));
    return seen;
  }

  private boolean isOfScsi(String keyAndValue) {
    DriveKey key = DriveKey.of(keyAndValue.substring(0, keyAndValue.indexOf('=')));
    return key.isOf(kind) && !SCSI_KEYS.contains(key);
  }

  /** Whether the drive is on a SCSI bus. */
  boolean isOn(int bus) {
    return scsi != null && scsi.bus() == bus;
  }

  /** {@return the keys that were given, as {@link #parse} reads them} */
  public String text() {
    return given.entrySet().stream()
        .map(key -> key.getKey().id() + "=" + key.getValue().replace(",", ",,"))
        .collect(Collectors.joining(","));
  }
}
