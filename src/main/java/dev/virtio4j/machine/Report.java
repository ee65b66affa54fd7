package dev.virtio4j.machine;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import dev.virtio4j.block.BlockBackend.Operation;
import dev.virtio4j.block.TimedBackend;
import dev.virtio4j.drive.BusHost;
import dev.virtio4j.drive.Drive;
import dev.virtio4j.drive.DriveCounters;
import dev.virtio4j.drive.DriveKey;
import dev.virtio4j.drive.Drives;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The figures of a run, for people and as JSON.
 *
 * @param run how it went
 * @param drives the machine's
 */
public record Report(BootRun.Result run, Drives drives) {
  /**
   * The figures for people.
   *
   * @return a line for the guest, and for each drive one, and more where there is more to say
   */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(run.figures());
    for (Drive drive : drives.list()) {
      addFigures(lines, drive.toString(), drive.counters());
      if (drive.image() != null) {
        addUnlessEmpty(lines, drive + ": on the host ", hostFigures(drive.image()));
      }
    }
    for (BusHost bus : drives.buses()) {
      addFigures(lines, bus.toString(), bus.counters());
    }
    return lines;
  }

  private static void addFigures(List<String> lines, String name, DriveCounters counters) {
    lines.add(name + ": " + counters.mainFigures());
    addUnlessEmpty(lines, name + ": ", counters.otherFigures());
  }

  private static void addUnlessEmpty(List<String> lines, String name, String figures) {
    if (!figures.isEmpty()) {
      lines.add(name + figures);
    }
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
                    DriveCounters.id(operation),
                    image.nanos(operation) / 1e6))
        .collect(Collectors.joining(", "));
  }

  /**
   * All figures, as the README describes them.
   *
   * @return an object in JSON
   */
  public String json() {
    return write(JsonWriter.indent("  ").string()) + "\n";
  }

  /** {@return the same in one line, without its end} */
  public String jsonLine() {
    return write(JsonWriter.string());
  }

  private String write(JsonStringWriter json) {
    boolean ended = run.ending() != null;
    json.object()
        .object("machine")
        .value("ending", ended ? DriveCounters.id(run.ending()) : null)
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
    json.end().array("buses");
    for (BusHost bus : drives.buses()) {
      json.object().object("options");
      for (DriveKey key : DriveKey.OF_HOST) {
        json.value(key.id(), bus.value(key));
      }
      json.end();
      addCounters(json, bus.counters());
      json.end();
    }
    return json.end().end().done();
  }

  private static void addDrive(JsonStringWriter json, Drive drive) {
    json.value(DriveKey.ID.id(), drive.name());
    json.value(DriveKey.FILE.id(), drive.options().value(DriveKey.FILE));
    json.object("options");
    for (DriveKey key : EnumSet.complementOf(EnumSet.of(DriveKey.ID, DriveKey.FILE))) {
      if (key.isOf(drive.options().kind())) {
        json.value(key.id(), drive.options().value(key));
      }
    }
    json.end();
    addCounters(json, drive.counters());
    json.object("backend");
    for (Operation operation : Operation.values()) {
      json.object(DriveCounters.id(operation))
          .value("calls", drive.image() == null ? 0 : drive.image().calls(operation))
          .value("ns", drive.image() == null ? 0 : drive.image().nanos(operation))
          .end();
    }
    json.end();
  }

  private static void addCounters(JsonStringWriter json, DriveCounters counters) {
    json.object("counters");
    counters.counts().forEach(json::value);
    json.end();
  }
}
