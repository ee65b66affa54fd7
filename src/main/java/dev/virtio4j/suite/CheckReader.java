package dev.virtio4j.suite;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.virtio4j.drive.DriveCounters;
import dev.virtio4j.drive.DriveKey;
import dev.virtio4j.drive.DriveOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads the checks of a case. */
final class CheckReader {
  /** How a run can end, as {@code --stats} has it. */
  static final List<String> REASONS =
      List.of(Case.EXPECTED, "powered_off", "crashed", "saved", "quit", "timeout");

  private static final List<SuiteKey> OF_IMAGE =
      List.of(
          SuiteKey.UNCHANGED, SuiteKey.SHA256, SuiteKey.BYTES, SuiteKey.TEXT, SuiteKey.EQUALS_FILE);

  private static final int SHA256_DIGITS = 64;

  private final Scope scope;
  private final List<DriveOptions> drives;
  private final boolean hotplug;

  /**
   * Makes a reader.
   *
   * @param scope of the case
   * @param drives those that it has at first
   * @param hotplug whether it gets others
   */
  CheckReader(Scope scope, List<DriveOptions> drives, boolean hotplug) {
    this.scope = scope;
    this.drives = drives;
    this.hotplug = hotplug;
  }

  /** Reads the list. */
  List<Check> read(List<Value> checks) {
    List<Check> read = new ArrayList<>();
    for (Value given : checks) {
      Check check = check(given);
      if (check instanceof Check.Exit && read.stream().anyMatch(Check.Exit.class::isInstance)) {
        throw given.wrong("a run has one exit; check it once");
      }
      read.add(check);
    }
    return read;
  }

  private Check check(Value given) {
    Map<SuiteKey, Value> keys = given.map(Section.CHECK);
    if (keys.size() != 1) {
      throw given.wrong("a check has one of image, counter, exit and time");
    }
    SuiteKey key = keys.keySet().iterator().next();
    Value value = keys.get(key);
    return switch (key) {
      case IMAGE_CHECK -> image(value);
      case COUNTER_CHECK -> counter(value);
      case EXIT -> new Check.Exit(value.place(), scope.word(value, REASONS));
      default -> time(value);
    };
  }

  private Check image(Value given) {
    Map<SuiteKey, Value> keys = given.map(Section.IMAGE);
    List<SuiteKey> what = OF_IMAGE.stream().filter(keys::containsKey).toList();
    if (what.size() != 1) {
      throw given.wrong("has one of unchanged, sha256, bytes, text and equals");
    }
    Place place = given.place();
    String drive = drive(given, keys);
    long offset = keys.containsKey(SuiteKey.OFFSET) ? scope.size(keys.get(SuiteKey.OFFSET)) : 0;
    long length = length(keys, what.get(0));
    Value value = keys.get(what.get(0));
    return switch (what.get(0)) {
      case UNCHANGED -> unchanged(place, drive, keys);
      case SHA256 -> new Check.ImageSha256(place, drive, offset, length, sha256(value));
      case BYTES -> new Check.ImageBytes(place, drive, offset, hex(value));
      case TEXT -> new Check.ImageBytes(place, drive, offset, utf8(value));
      default -> new Check.ImageEquals(place, drive, scope.file(value), offset, length);
    };
  }

  private long length(Map<SuiteKey, Value> keys, SuiteKey what) {
    Value given = keys.get(SuiteKey.LENGTH);
    if (given == null) {
      return Check.TO_END;
    }
    if (what != SuiteKey.SHA256 && what != SuiteKey.EQUALS_FILE) {
      throw given.wrong("is for sha256 and equals; leave it out");
    }
    long length = scope.size(given);
    if (length == 0) {
      throw given.wrong("a range has 1 byte or more");
    }
    return length;
  }

  private Check unchanged(Place place, String drive, Map<SuiteKey, Value> keys) {
    scope.word(keys.get(SuiteKey.UNCHANGED), List.of("true"));
    if (keys.containsKey(SuiteKey.OFFSET)) {
      throw keys.get(SuiteKey.OFFSET).wrong("is not for unchanged; leave it out");
    }
    return new Check.ImageUnchanged(place, drive);
  }

  private String sha256(Value value) {
    String hex = hex(value);
    if (hex.length() != SHA256_DIGITS) {
      throw value.wrong("a SHA-256 has 64 digits, and this " + hex.length());
    }
    return hex;
  }

  private String hex(Value value) {
    String hex = scope.text(value).replaceAll("\\s", "").toLowerCase(Locale.ROOT);
    if (!hex.matches("([0-9a-f]{2})+")) {
      throw value.wrong("'" + scope.text(value) + "' is not bytes such as '55 aa'");
    }
    return hex;
  }

  private String utf8(Value value) {
    String text = scope.text(value);
    if (text.isEmpty()) {
      throw value.wrong("is empty; give it one character or more");
    }
    return HexFormat.of().formatHex(text.getBytes(UTF_8));
  }

  private Check counter(Value given) {
    Map<SuiteKey, Value> keys = given.map(Section.COUNTER);
    String drive = drive(given, keys);
    String counter = counterName(drive, required(given, keys, SuiteKey.COUNTER_NAME));
    Value exact = keys.get(SuiteKey.EQUALS_COUNT);
    boolean isRange =
        keys.containsKey(SuiteKey.LEAST_COUNT) || keys.containsKey(SuiteKey.MOST_COUNT);
    if (isRange == (exact != null)) {
      throw given.wrong("has equals, or at-least and at-most or one of them");
    }
    Value least = keys.getOrDefault(SuiteKey.LEAST_COUNT, exact);
    Value most = keys.getOrDefault(SuiteKey.MOST_COUNT, exact);
    long from = least == null ? 0 : count(least);
    long to = most == null ? Long.MAX_VALUE : count(most);
    if (from > to) {
      throw given.wrong("at-least is more than at-most");
    }
    return new Check.Counter(given.place(), drive, counter, from, to);
  }

  private String counterName(String drive, Value value) {
    List<String> given =
        (value.isText() ? List.of(value) : value.list()).stream().map(scope::text).toList();
    List<String> known = options(drive).map(DriveCounters::names).orElse(given);
    return given.stream()
        .filter(known::contains)
        .findFirst()
        .orElseThrow(
            () ->
                value.wrong(
                    "%s has no counter '%s'; it has %s"
                        .formatted(drive, String.join("' or '", given), String.join(", ", known))));
  }

  private long count(Value value) {
    String text = scope.text(value);
    if (!text.matches("\\d{1,18}")) {
      throw value.wrong("'" + text + "' is no number such as 0 or 4096");
    }
    return Long.parseLong(text);
  }

  private Check time(Value given) {
    Map<SuiteKey, Value> keys = given.map(Section.TIME);
    if (keys.isEmpty()) {
      throw given.wrong("has at-least, at-most or both");
    }
    Value least = keys.get(SuiteKey.LEAST_TIME);
    Value most = keys.get(SuiteKey.MOST_TIME);
    Duration from = least == null ? Duration.ZERO : scope.duration(least);
    Duration to = most == null ? null : scope.duration(most);
    if (to != null && from.compareTo(to) > 0) {
      throw given.wrong("at-least is more than at-most");
    }
    return new Check.EmulatedTime(given.place(), from, to);
  }

  private static Value required(Value given, Map<SuiteKey, Value> keys, SuiteKey key) {
    if (!keys.containsKey(key)) {
      throw given.wrong("has no " + key.id() + "; give it one");
    }
    return keys.get(key);
  }

  /** The name of the drive that is named by its number or its name. */
  private String drive(Value given, Map<SuiteKey, Value> keys) {
    Value value = required(given, keys, SuiteKey.DRIVE);
    String text = scope.text(value);
    if (text.matches("\\d{1,4}") && Integer.parseInt(text) < drives.size()) {
      return drives.get(Integer.parseInt(text)).value(DriveKey.ID);
    }
    if (options(text).isEmpty() && !hotplug) {
      List<String> names = drives.stream().map(drive -> drive.value(DriveKey.ID)).toList();
      throw value.wrong(
          "there is no drive '%s'; there %s"
              .formatted(text, names.isEmpty() ? "are none" : "are " + String.join(", ", names)));
    }
    return text;
  }

  private Optional<DriveOptions> options(String name) {
    return drives.stream().filter(drive -> drive.value(DriveKey.ID).equals(name)).findFirst();
  }
}
