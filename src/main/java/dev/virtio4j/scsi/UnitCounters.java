package dev.virtio4j.scsi;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import java.io.IOException;

/** What a unit on a bus has done for its initiator. */
public final class UnitCounters {
  private long commands;
  private long checkConditions;
  private long aborted;
  private long bytesIn;
  private long bytesOut;

  UnitCounters() {}

  /**
   * Commands that were executed, or lost the way to the medium.
   *
   * @return how many, whatever came of them
   */
  public long commands() {
    return commands;
  }

  /**
   * Commands that ended with CHECK CONDITION.
   *
   * @return how many, unit attentions included
   */
  public long checkConditions() {
    return checkConditions;
  }

  /**
   * Commands that ended before their time.
   *
   * @return how many were aborted or reset
   */
  public long aborted() {
    return aborted;
  }

  /**
   * What the initiator got.
   *
   * @return bytes
   */
  public long bytesIn() {
    return bytesIn;
  }

  /**
   * What the initiator sent.
   *
   * @return bytes
   */
  public long bytesOut() {
    return bytesOut;
  }

  /**
   * What two units have done together, or one before and after a restart.
   *
   * @param other the other
   * @return the sums
   */
  public UnitCounters plus(UnitCounters other) {
    UnitCounters sums = new UnitCounters();
    sums.commands = commands + other.commands;
    sums.checkConditions = checkConditions + other.checkConditions;
    sums.aborted = aborted + other.aborted;
    sums.bytesIn = bytesIn + other.bytesIn;
    sums.bytesOut = bytesOut + other.bytesOut;
    return sums;
  }

  void count(Task task, TaskEnd end) {
    if (end != TaskEnd.ABORTED && end != TaskEnd.RESET) {
      commands++;
      checkConditions += task.status() == Status.CHECK_CONDITION ? 1 : 0;
      bytesIn += task.movedIn();
      bytesOut += task.movedOut();
    } else {
      aborted++;
    }
  }

  void save(StateWriter out) throws IOException {
    out.i64(commands);
    out.i64(checkConditions);
    out.i64(aborted);
    out.i64(bytesIn);
    out.i64(bytesOut);
  }

  void load(StateReader in) throws IOException {
    commands = count(in);
    checkConditions = count(in);
    aborted = count(in);
    bytesIn = count(in);
    bytesOut = count(in);
  }

  private static long count(StateReader in) throws IOException {
    return in.i64(0, Long.MAX_VALUE, "a counter");
  }
}
