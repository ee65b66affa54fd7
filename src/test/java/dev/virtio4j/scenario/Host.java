package dev.virtio4j.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A SCSI host of a script's machine.
 *
 * @param options what the script says of it, by QEMU's names where QEMU has it
 * @param units what is on its bus at first
 */
record Host(Map<String, String> options, List<Unit> units) implements Device {
  /** Properties of QEMU's device. */
  static final Set<String> PROPERTIES = Set.of("num_queues", "virtqueue_size");

  /** What QEMU has not. */
  private static final Set<String> OURS = Set.of("spec");

  /** What a unit is, by QEMU's name. */
  enum Kind {
    DISK("scsi-hd"),
    CDROM("scsi-cd");

    final String qemu;

    Kind(String qemu) {
      this.qemu = qemu;
    }
  }

  /**
   * A unit.
   *
   * @param medium what is in it, and its options
   * @param empty whether nothing is in it
   */
  record Unit(UnitAddress address, Kind kind, Disk medium, boolean empty) {
    private static final String EMPTY = "empty";

    /** {@code VERB disk|cdrom TARGET:LUN [empty] [OPTION=V...]}. */
    static Unit parse(Line line) {
      Kind kind =
          switch (line.word(1)) {
            case "disk" -> Kind.DISK;
            case "cdrom" -> Kind.CDROM;
            default -> throw line.error("write disk or cdrom");
          };
      List<String> options = new ArrayList<>(line.words().subList(3, line.words().size()));
      boolean empty = options.remove(EMPTY);
      return new Unit(UnitAddress.parse(line.word(2)), kind, Disk.parse(line, options), empty);
    }
  }

  /** A host without units yet. */
  static Host parse(Line line) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String word : line.words().subList(1, line.words().size())) {
      String[] parts = word.split("=", 2);
      if (parts.length < 2 || !(PROPERTIES.contains(parts[0]) || OURS.contains(parts[0]))) {
        throw line.error("no such option: " + word);
      }
      options.put(parts[0], parts[1]);
    }
    return new Host(options, new ArrayList<>());
  }

  /** The value of an option that is a number. */
  int number(String name, int otherwise) {
    return options.containsKey(name) ? Integer.decode(options.get(name)) : otherwise;
  }
}
