package dev.virtio4j.scsi;

import dev.virtio4j.block.PathException;

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
  /** Its unit was taken off the bus, or the way to its medium is severed. */
  TRANSPORT_FAILURE,
  /** The way to its medium was busy; trying again should work. */
  BUSY,
  /** The other end of the way to its medium failed, and would on any other way. */
  TARGET_FAILURE,
  /** This way to its medium is refused; another might do. */
  NEXUS_FAILURE;

  static TaskEnd of(PathException.Failure failure) {
    return switch (failure) {
      case BUSY -> BUSY;
      case TRANSPORT -> TRANSPORT_FAILURE;
      case TARGET -> TARGET_FAILURE;
      case NEXUS -> NEXUS_FAILURE;
    };
  }
}
