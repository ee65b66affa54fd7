package dev.virtio4j.scsi;

/** The task management functions (SAM-5, "Task management functions"), of the nexus of a bus. */
public enum TaskManagement {
  /** Aborts a task, by its tag. */
  ABORT_TASK,
  /** Aborts all tasks that the initiator has in a unit. */
  ABORT_TASK_SET,
  /** Rejected: there is no ACA. */
  CLEAR_ACA,
  /** Aborts all tasks in a unit; a bus has one initiator. */
  CLEAR_TASK_SET,
  /** Aborts all tasks of a target, and has its units forget what they keep for the initiator. */
  I_T_NEXUS_RESET,
  /** Aborts all tasks in a unit, and puts it back into the state after power-on. */
  LOGICAL_UNIT_RESET,
  /** Says whether a task is there, by its tag. */
  QUERY_TASK,
  /** Says whether any task of the initiator is in a unit. */
  QUERY_TASK_SET;

  /** What comes of a function. */
  public enum Response {
    /** It was done; of a query, there is no such task. */
    FUNCTION_COMPLETE,
    /** Of a query: there is such a task. */
    FUNCTION_SUCCEEDED,
    /** There is no such function here. */
    FUNCTION_REJECTED,
    /** The target has no such unit. */
    INCORRECT_LOGICAL_UNIT_NUMBER,
    /** There is no such target. */
    BAD_TARGET
  }
}
