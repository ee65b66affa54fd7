package dev.virtio4j.scsi;

/**
 * What has happened to a unit that its initiators are told before anything else (SAM-5, "Unit
 * attention conditions"). In the order in which they are told.
 */
public enum UnitAttention {
  // spotless:off
  /** The unit was switched on or reset; what happened before that doesn't matter any more. */
  POWER_ON               (0x29, 0x00),
  /** A task management function reset the unit. */
  BUS_DEVICE_RESET       (0x29, 0x03),
  /** The initiator's connection was reset. */
  I_T_NEXUS_LOSS         (0x29, 0x07),
  /** There is a medium to be read where there was none, or another. */
  MEDIUM_MAY_HAVE_CHANGED(0x28, 0x00),
  /** The unit has another number of blocks. */
  CAPACITY_CHANGED       (0x2A, 0x09),
  /** A mode parameter has another value, for one whether the write cache is on. */
  MODE_PARAMETERS_CHANGED(0x2A, 0x01),
  /** Another initiator has cleared all persistent reservations and registrations. */
  RESERVATIONS_PREEMPTED (0x2A, 0x03),
  /** Another initiator has given up a persistent reservation that concerned this one. */
  RESERVATIONS_RELEASED  (0x2A, 0x04),
  /** Another initiator has taken this one's registration away. */
  REGISTRATIONS_PREEMPTED(0x2A, 0x05),
  /** Another initiator has aborted this one's tasks. */
  COMMANDS_CLEARED       (0x2F, 0x00),
  /** The target has more units, or fewer. */
  REPORTED_LUNS_CHANGED  (0x3F, 0x0E);
  // spotless:on

  static final int SENSE_KEY = 0x6;

  final int code;
  final int qualifier;

  /**
   * The additional sense code.
   *
   * @return 8 bits
   */
  public int code() {
    return code;
  }

  /**
   * The additional sense code qualifier.
   *
   * @return 8 bits
   */
  public int qualifier() {
    return qualifier;
  }

  boolean isReset() {
    return compareTo(I_T_NEXUS_LOSS) <= 0;
  }

  UnitAttention(int code, int qualifier) {
    this.code = code;
    this.qualifier = qualifier;
  }
}
