package dev.virtio4j.scsi;

/**
 * How a task stands to the others of its unit (SAM-5, "Task attributes"). A task that may not begin
 * yet is dormant, one that has begun is enabled. There is no ACA: no unit here can enter that
 * condition.
 */
public enum TaskAttribute {
  /** Begins when no older ordered task and none at the head of the queue is left. */
  SIMPLE,
  /** Begins when no older task and none at the head of the queue is left. */
  ORDERED,
  /** Begins at once. */
  HEAD_OF_QUEUE
}
