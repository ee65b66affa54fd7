package dev.virtio4j.fuzz;

/** The ways in which a request can be malformed, each a rule that it breaks. */
enum Malformed {
  // The ring, which is then broken.
  AVAILABLE_INDEX,
  AVAILABLE_RING_NOT_RAM,
  HEAD,
  USED_RING_NOT_RAM,

  // The chain, which comes back unused.
  NEXT,
  NEXT_IN_INDIRECT_TABLE,
  LOOP,
  LOOP_IN_INDIRECT_TABLE,
  TOO_LONG,
  READABLE_AFTER_WRITABLE,
  NESTED_INDIRECT_TABLE,
  INDIRECT_TABLE_EMPTY,
  INDIRECT_TABLE_LENGTH,
  INDIRECT_TABLE_NOT_RAM,
  NO_HEADER,
  NO_STATUS,

  // Header and status.
  HEADER_NOT_RAM,
  STATUS_NOT_RAM,
  UNKNOWN_TYPE,

  // Where the data is.
  READ_DATA_NOT_RAM,
  WRITE_DATA_NOT_RAM,
  ID_DATA_NOT_RAM,
  DISCARD_DATA_NOT_RAM,
  ZEROES_DATA_NOT_RAM,

  // Which part of the disk.
  READ_LENGTH,
  READ_ALIGNMENT,
  READ_PAST_END,
  WRITE_LENGTH,
  WRITE_ALIGNMENT,
  WRITE_PAST_END,
  WRITE_READ_ONLY,

  // DISCARD and WRITE_ZEROES: the number of ranges, and each of them.
  DISCARD_EMPTY,
  DISCARD_PART_OF_RANGE,
  DISCARD_TOO_MANY,
  DISCARD_TOO_LARGE,
  DISCARD_LENGTH,
  DISCARD_ALIGNMENT,
  DISCARD_PAST_END,
  DISCARD_FLAGS,
  DISCARD_READ_ONLY,
  ZEROES_EMPTY,
  ZEROES_PART_OF_RANGE,
  ZEROES_TOO_MANY,
  ZEROES_TOO_LARGE,
  ZEROES_LENGTH,
  ZEROES_ALIGNMENT,
  ZEROES_PAST_END,
  ZEROES_FLAGS,
  ZEROES_READ_ONLY,

  // SCSI commands; what is illegal about one the unit says.
  SCSI_NO_CDB,
  SCSI_NO_ROOM,
  SCSI_NOT_RAM,
  SCSI_ILLEGAL_REQUEST;

  /** Whether the queue stands still after it. */
  boolean breaksRing() {
    return compareTo(USED_RING_NOT_RAM) <= 0;
  }
}
