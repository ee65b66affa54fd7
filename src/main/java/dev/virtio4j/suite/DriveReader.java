package dev.virtio4j.suite;

import dev.virtio4j.drive.DriveKey;
import dev.virtio4j.drive.DriveOptions;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Reads the drives of a case, and gives each the name that a machine would give it. */
final class DriveReader {
  /** The axes of a matrix that are keys of all drives that don't give the key themselves. */
  static final List<DriveKey> AXES =
      List.of(DriveKey.IF, DriveKey.SPEC, DriveKey.LOGICAL_BLOCK_SIZE, DriveKey.CACHE);

  private static final List<DriveKey> FILES =
      List.of(DriveKey.FILE, DriveKey.BASE, DriveKey.BACKING);

  private final Scope scope;
  private final Map<String, Value> axes;
  private final Set<String> names = new HashSet<>();

  /**
   * Makes a reader.
   *
   * @param scope of the case
   * @param axes of the case
   */
  DriveReader(Scope scope, Map<String, Value> axes) {
    this.scope = scope;
    this.axes = axes;
  }

  /** Reads the list. */
  List<DriveOptions> read(List<Value> drives) {
    return drives.stream().map(this::drive).toList();
  }

  private DriveOptions drive(Value drive) {
    Map<DriveKey, Value> places = new EnumMap<>(DriveKey.class);
    Map<DriveKey, String> given = new EnumMap<>(DriveKey.class);
    if (drive.isText()) {
      given.putAll(scope.read(drive, DriveOptions::keys));
    } else {
      places.putAll(keys(drive));
      places.forEach((key, value) -> given.put(key, scope.text(value)));
    }
    return named(given, places, drive);
  }

  /**
   * Reads a device that is a drive.
   *
   * @param type its type
   * @param options its other keys
   * @param device where it stands
   */
  DriveOptions device(String type, Map<String, Value> options, Value device) {
    Map<DriveKey, Value> places = new EnumMap<>(DriveKey.class);
    Map<DriveKey, String> given = DriveOptions.keysOfDevice(type, Map.of());
    options.forEach(
        (name, value) -> {
          given.putAll(
              scope.read(value, text -> DriveOptions.keysOfDevice(type, Map.of(name, text))));
          places.put(DriveKey.of(name), value);
        });
    return named(given, places, device);
  }

  /** With its paths and what the matrix adds, under a name. */
  private DriveOptions named(
      Map<DriveKey, String> given, Map<DriveKey, Value> places, Value drive) {
    for (DriveKey key : FILES) {
      given.computeIfPresent(
          key,
          (file, name) ->
              name.isEmpty() ? name : scope.file(places.getOrDefault(key, drive), name).toString());
    }
    DriveOptions options = withAxes(given, places, drive);
    given.putAll(options.given());
    given.put(DriveKey.ID, name(options, places.getOrDefault(DriveKey.ID, drive)));
    return DriveOptions.of(given);
  }

  private static Map<DriveKey, Value> keys(Value drive) {
    Map<DriveKey, Value> keys = new EnumMap<>(DriveKey.class);
    drive
        .map()
        .forEach(
            (id, value) -> {
              try {
                keys.put(DriveKey.of(id), value);
              } catch (IllegalArgumentException e) {
                throw value.wrong(e);
              }
            });
    return keys;
  }

  private DriveOptions withAxes(
      Map<DriveKey, String> given, Map<DriveKey, Value> places, Value drive) {
    Map<DriveKey, Value> from = new EnumMap<>(places);
    DriveOptions options = null;
    for (DriveKey key : AXES) { // the first decides which of the others there are
      Value axis = axes.get(key.id());
      if (axis != null && !given.containsKey(key) && (options == null || takes(options, key))) {
        given.put(key, scope.text(axis));
        from.put(key, axis);
      }
      options = options(given, from, drive);
    }
    return options;
  }

  private static boolean takes(DriveOptions options, DriveKey key) {
    boolean cdrom = "cdrom".equals(options.given().get(DriveKey.MEDIA));
    return key.isOf(options.kind()) && !(cdrom && key == DriveKey.LOGICAL_BLOCK_SIZE);
  }

  private static DriveOptions options(
      Map<DriveKey, String> given, Map<DriveKey, Value> from, Value drive) {
    try {
      return DriveOptions.of(given);
    } catch (IllegalArgumentException e) {
      throw from.entrySet().stream()
          .filter(key -> e.getMessage().startsWith(key.getKey().id() + "="))
          .map(Map.Entry::getValue)
          .findFirst()
          .orElse(drive)
          .wrong(e);
    }
  }

  private String name(DriveOptions options, Value place) {
    String given = options.value(DriveKey.ID);
    String name =
        given.isEmpty()
            ? IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "drive" + i)
                .filter(free -> !names.contains(free))
                .findFirst()
                .orElseThrow()
            : given;
    if (!names.add(name)) {
      throw place.wrong("id=" + name + " is the name of another drive");
    }
    return name;
  }
}
