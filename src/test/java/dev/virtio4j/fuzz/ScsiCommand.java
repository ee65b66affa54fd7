package dev.virtio4j.fuzz;

/**
 * What a driver asked for in a request.
 *
 * @param address the field "lun"
 * @param code the operation code, or {@link #NO_CODE}
 * @param answerLength how many bytes sense data and response have room in
 * @param dataLength how many bytes of data may be moved, in both directions together
 */
record ScsiCommand(long address, int code, long answerLength, long dataLength) {
  /** For a request whose CDB can't be read. */
  static final int NO_CODE = -1;

  /** Of a chain that is no request for a command. */
  static final ScsiCommand NONE = new ScsiCommand(0, NO_CODE, 0, 0);
}
