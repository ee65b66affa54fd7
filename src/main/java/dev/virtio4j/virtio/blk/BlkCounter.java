package dev.virtio4j.virtio.blk;

/** What a block device counts, from when it was made; a device reset does not clear it. */
public enum BlkCounter {
  /** IN requests. */
  READS,
  /** OUT requests. */
  WRITES,
  /** SCSI_CMD and SCSI_CMD_OUT requests; what they move is not counted as bytes. */
  SCSI_COMMANDS,
  /** FLUSH and FLUSH_OUT requests. */
  FLUSHES,
  /** GET_ID requests. */
  IDS,
  /** DISCARD requests. */
  DISCARDS,
  /** WRITE_ZEROES requests. */
  WRITE_ZEROES,
  /** Requests of other types. */
  UNSUPPORTED,
  /** Requests without a whole header or a status byte. */
  MALFORMED,
  /** Requests that ended with IOERR. */
  ERRORS,
  /** Requests that were carried out together with the one before them. */
  MERGED,
  /** Bytes of the disk given to the guest. */
  BYTES_READ,
  /** Bytes of the guest put on the disk. */
  BYTES_WRITTEN,
  /** Bytes that the guest discarded. */
  BYTES_DISCARDED,
  /** Bytes that the guest zeroed by WRITE_ZEROES. */
  BYTES_ZEROED,
  /** Interrupts raised for used buffers. */
  INTERRUPTS,
  /** Interrupts for used buffers that the guest did not want. */
  INTERRUPTS_SUPPRESSED
}
