package dev.virtio4j.scsi;

import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.block.OnError;

/**
 * How a bus treats the tasks of a unit.
 *
 * @param timing how fast the unit seems
 * @param readError what to do when the host could not read
 * @param writeError what to do when the host could not write or flush
 */
public record UnitSettings(DiskTiming timing, OnError readError, OnError writeError) {
  /** Takes no time, and tells the initiator of errors. */
  public static final UnitSettings DEFAULT =
      new UnitSettings(DiskTiming.NONE, OnError.REPORT, OnError.REPORT);
}
