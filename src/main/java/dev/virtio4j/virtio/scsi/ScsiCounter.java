package dev.virtio4j.virtio.scsi;

/** What a SCSI host counts, from when it was made; its units count for themselves. */
public enum ScsiCounter {
  /** Requests for a command. */
  REQUESTS,
  /** Requests that could not be read whole, or had no room for a response. */
  MALFORMED,
  /** Requests for a target that is not there. */
  BAD_TARGET,
  /** Requests whose response was not OK. */
  FAILED,
  /** Requests on the control queue. */
  CONTROL_REQUESTS,
  /** Events told to the guest. */
  EVENTS,
  /** Events that were dropped since the guest gave no buffer. */
  EVENTS_MISSED,
  /** Interrupts raised for used buffers. */
  INTERRUPTS,
  /** Interrupts for used buffers that the guest did not want. */
  INTERRUPTS_SUPPRESSED
}
