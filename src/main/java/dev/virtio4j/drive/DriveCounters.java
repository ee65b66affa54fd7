package dev.virtio4j.drive;

import dev.virtio4j.scsi.UnitCounters;
import dev.virtio4j.virtio.blk.BlkCounter;
import dev.virtio4j.virtio.blk.BlkCounters;
import dev.virtio4j.virtio.scsi.ScsiCounter;
import dev.virtio4j.virtio.scsi.ScsiHost;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a device or a unit has done.
 *
 * @param main the names of the counts that are shown first
 * @param counts all of them by name, in their order
 */
public record DriveCounters(List<String> main, Map<String, Long> counts) {
  private static final List<String> BLK =
      List.of("requests", "bytes_read", "bytes_written", "interrupts");

  private static final List<String> UNIT = List.of("commands", "bytes_in", "bytes_out");

  private static final List<String> UNIT_COUNTS =
      List.of("commands", "check_conditions", "aborted", "bytes_in", "bytes_out");

  private static final List<String> HOST = List.of("requests", "events", "interrupts");

  static DriveCounters of(BlkCounters device) {
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("requests", device.requests());
    for (BlkCounter counter : BlkCounter.values()) {
      counts.put(id(counter), device.get(counter));
    }
    return new DriveCounters(BLK, counts);
  }

  static DriveCounters of(UnitCounters unit) {
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("commands", unit.commands());
    counts.put("check_conditions", unit.checkConditions());
    counts.put("aborted", unit.aborted());
    counts.put("bytes_in", unit.bytesIn());
    counts.put("bytes_out", unit.bytesOut());
    return new DriveCounters(UNIT, counts);
  }

  static DriveCounters of(ScsiHost host) {
    Map<String, Long> counts = new LinkedHashMap<>();
    for (ScsiCounter counter : ScsiCounter.values()) {
      counts.put(id(counter), host.count(counter));
    }
    return new DriveCounters(HOST, counts);
  }

  /**
   * The name of a constant, as users see it.
   *
   * @param constant the constant
   * @return its name
   */
  public static String id(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /**
   * The names of the counts of a drive, in their order.
   *
   * @param drive the drive
   * @return those that {@link #counts} has
   */
  public static List<String> names(DriveOptions drive) {
    if (drive.kind() != DriveKind.VIRTIO) {
      return UNIT_COUNTS;
    }
    return Stream.concat(
            Stream.of("requests"), Arrays.stream(BlkCounter.values()).map(DriveCounters::id))
        .toList();
  }

  /**
   * What two have done together, or one before and after a restart.
   *
   * @param other the other, of the same kind
   */
  DriveCounters plus(DriveCounters other) {
    Map<String, Long> sums = new LinkedHashMap<>(counts);
    other.counts.forEach((name, count) -> sums.merge(name, count, Long::sum));
    return new DriveCounters(main, sums);
  }

  /** {@return the main counts in words} */
  public String mainFigures() {
    return main.stream().map(this::figure).collect(Collectors.joining(", "));
  }

  /** {@return the others that are not 0 in words; empty if there are none} */
  public String otherFigures() {
    return counts.keySet().stream()
        .filter(name -> !main.contains(name) && counts.get(name) > 0)
        .map(this::figure)
        .collect(Collectors.joining(", "));
  }

  private String figure(String name) {
    return counts.get(name) + " " + name.replace('_', ' ');
  }
}
