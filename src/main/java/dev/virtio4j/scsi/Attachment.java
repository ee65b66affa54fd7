package dev.virtio4j.scsi;

import dev.virtio4j.block.BlockBackend.Operation;
import dev.virtio4j.block.DiskPace;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.IOException;

/** A unit on a bus: its address, the bus's nexus to it, and how its tasks are treated. */
final class Attachment implements Stateful {
  final int target;
  final int lun;
  final LogicalUnit unit;
  final UnitSettings settings;
  final Nexus nexus;
  final DiskPace pace;
  final UnitCounters counters = new UnitCounters();

  Attachment(int target, int lun, LogicalUnit unit, UnitSettings settings) {
    this.target = target;
    this.lun = lun;
    this.unit = unit;
    this.settings = settings;
    nexus = unit.connect();
    pace = new DiskPace(settings.timing());
  }

  /** When a task that begins now is done, in emulated nanoseconds. */
  long due(Task task, long now) {
    Operation operation = unit.operation(task);
    if (operation == null) {
      return pace.due(now, false, 0);
    }
    long bytes = unit.bytesMoved(task, operation);
    return pace.due(now, operation == Operation.WRITE, bytes)
        + unit.delayNanos(task, operation, bytes);
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.i32(target);
    out.i32(lun);
    for (long time : pace.state()) {
      out.i64(time);
    }
    counters.save(out);
    unit.save(out);
  }

  /** Of the same address. */
  @Override
  public void load(StateReader in) throws IOException {
    in.i32(target, target, "a target");
    in.i32(lun, lun, "a LUN");
    long[] times = pace.state();
    for (int i = 0; i < times.length; i++) {
      times[i] = in.i64();
    }
    pace.restore(times);
    counters.load(in);
    unit.load(in);
  }
}
