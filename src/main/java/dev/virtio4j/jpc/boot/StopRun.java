package dev.virtio4j.jpc.boot;

import dev.virtio4j.pc.StopReason;

/**
 * Goes through JPC to {@link JpcMachine#run}, from a part of the PC after which nothing more is to
 * run.
 */
final class StopRun extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final StopReason reason;

  StopRun(StopReason reason) {
    super(reason.toString(), null, false, false);
    this.reason = reason;
  }

  StopReason reason() {
    return reason;
  }
}
