package dev.virtio4j.scsi;

/** Why a task is on a {@link ScsiBus} no longer (SAM-5: service response). */
public enum TaskEnd {
  /** It was executed, and has a status. */
  COMPLETE,
  /** The initiator named buffers in memory that it doesn't have; what came before was moved. */
  BAD_BUFFERS,
  /** A task management function aborted it. */
  ABORTED,
  /** Its unit, its nexus or the front end was reset. */
  RESET,
  /** Its unit was taken off the bus. */
  REMOVED
}
