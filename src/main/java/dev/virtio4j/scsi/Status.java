package dev.virtio4j.scsi;

/** How a command ended (SAM-5, "Status codes"). */
public enum Status {
  /** It was done. */
  GOOD(0x00),

  /** It was not, and sense data says why. */
  CHECK_CONDITION(0x02),

  /** It was not, since the unit belongs to another initiator. */
  RESERVATION_CONFLICT(0x18),

  /** It was not, since too many tasks are in flight; to be tried again. */
  TASK_SET_FULL(0x28);

  private final int code;

  Status(int code) {
    this.code = code;
  }

  /**
   * What stands for it on the wire.
   *
   * @return 8 bits
   */
  public int code() {
    return code;
  }
}
