package dev.virtio4j.cli;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import dev.virtio4j.block.BlockBackend.Operation;
import dev.virtio4j.block.TimedBackend;
import dev.virtio4j.virtio.blk.BlkCounter;
import dev.virtio4j.virtio.blk.BlkCounters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The figures of a run, for people and as JSON.
 *
 * @param run how it went
 * @param drives the machine's
 */
record Report(BootRun.Result run, Drives drives) {
  /** What the first line of a drive has. */
  private static final Set<BlkCounter> MAIN =
      EnumSet.of(BlkCounter.BYTES_READ, BlkCounter.BYTES_WRITTEN, BlkCounter.INTERRUPTS);

  /**
   * The figures for people.
   *
   * @return a line for the guest, and for each drive one, and more where there is more to say
   */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(run.figures());
    for (Drive drive : drives.list()) {
      String name = drive + ": ";
      lines.add(name + mainFigures(drive.counters()));
      addUnlessEmpty(lines, name, otherFigures(drive.counters()));
      addUnlessEmpty(lines, name + "on the host ", hostFigures(drive.image()));
    }
    return lines;
  }

  private static void addUnlessEmpty(List<String> lines, String name, String figures) {
    if (!figures.isEmpty()) {
      lines.add(name + figures);
    }
  }

  private static String mainFigures(BlkCounters counters) {
    return "%d requests, %d bytes read, %d bytes written, %d interrupts"
        .formatted(
            counters.requests(),
            counters.get(BlkCounter.BYTES_READ),
            counters.get(BlkCounter.BYTES_WRITTEN),
            counters.get(BlkCounter.INTERRUPTS));
  }

  private static String otherFigures(BlkCounters counters) {
    return Arrays.stream(BlkCounter.values())
        .filter(counter -> !MAIN.contains(counter) && counters.get(counter) > 0)
        .map(counter -> counters.get(counter) + " " + id(counter).replace('_', ' '))
        .collect(Collectors.joining(", "));
  }

  private static String hostFigures(TimedBackend image) {
    return Arrays.stream(Operation.values())
        .filter(operation -> image.calls(operation) > 0)
        .map(
            operation ->
                String.format(
                    Locale.ROOT,
                    "%d x %s in %.1f ms",
                    image.calls(operation),
                    id(operation),
                    image.nanos(operation) / 1e6))
        .collect(Collectors.joining(", "));
  }

  /**
   * All figures, as the README describes them.
   *
   * @return an object in JSON
   */
  String json() {
    return write(JsonWriter.indent("  ").string()) + "\n";
  }

  /** The same in one line, without its end. */
  String jsonLine() {
    return write(JsonWriter.string());
  }

  private String write(JsonStringWriter json) {
    boolean ended = run.ending() != null;
    json.object()
        .object("machine")
        .value("ending", ended ? id(run.ending()) : null)
        .value("reason", run.reason())
        .value("exit_status", ended ? run.exitStatus() : null)
        .value("instructions", run.instructions())
        .value("emulated_ns", run.emulatedTime().toNanos())
        .value("wall_ns", run.wallTime().toNanos())
        .end();
    json.array("drives");
    for (Drive drive : drives.list()) {
      json.object();
      addDrive(json, drive);
      json.end();
    }
    return json.end().end().done();
  }

  private static void addDrive(JsonStringWriter json, Drive drive) {
    json.value(DriveKey.ID.id(), drive.name());
    json.value(DriveKey.FILE.id(), drive.options().file().toString());
    json.object("options");
    for (DriveKey key : EnumSet.complementOf(EnumSet.of(DriveKey.ID, DriveKey.FILE))) {
      json.value(key.id(), drive.options().value(key));
    }
    json.end().object("counters").value("requests", drive.counters().requests());
    for (BlkCounter counter : BlkCounter.values()) {
      json.value(id(counter), drive.counters().get(counter));
    }
    json.end().object("backend");
    for (Operation operation : Operation.values()) {
      json.object(id(operation))
          .value("calls", drive.image().calls(operation))
          .value("ns", drive.image().nanos(operation))
          .end();
    }
    json.end();
  }

  private static String id(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
