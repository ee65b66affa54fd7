package dev.virtio4j.scsi;

/**
 * Why a command ended with CHECK CONDITION: sense key, additional sense code and its qualifier
 * (SPC-4). Those of unit attentions are in {@link UnitAttention}.
 */
enum Sense {
  // spotless:off
  NO_ADDITIONAL_SENSE_INFORMATION          (0x0, 0x00, 0x00),
  INITIALIZING_COMMAND_REQUIRED            (0x2, 0x04, 0x02),
  MEDIUM_NOT_PRESENT_TRAY_CLOSED           (0x2, 0x3A, 0x01),
  MEDIUM_NOT_PRESENT_TRAY_OPEN             (0x2, 0x3A, 0x02),
  EMPTY_DRIVE_REMOVAL_PREVENTED            (0x2, 0x53, 0x02),
  WRITE_ERROR                              (0x3, 0x0C, 0x00),
  UNRECOVERED_READ_ERROR                   (0x3, 0x11, 0x00),
  PARAMETER_LIST_LENGTH_ERROR              (0x5, 0x1A, 0x00),
  INVALID_COMMAND_OPERATION_CODE           (0x5, 0x20, 0x00),
  LBA_OUT_OF_RANGE                         (0x5, 0x21, 0x00),
  INVALID_FIELD_IN_CDB                     (0x5, 0x24, 0x00),
  LOGICAL_UNIT_NOT_SUPPORTED               (0x5, 0x25, 0x00),
  INVALID_FIELD_IN_PARAMETER_LIST          (0x5, 0x26, 0x00),
  INVALID_RELEASE_OF_PERSISTENT_RESERVATION(0x5, 0x26, 0x04),
  INCOMPATIBLE_FORMAT                      (0x5, 0x30, 0x02),
  SAVING_PARAMETERS_NOT_SUPPORTED          (0x5, 0x39, 0x00),
  MEDIUM_REMOVAL_PREVENTED                 (0x5, 0x53, 0x02),
  ILLEGAL_MODE_FOR_THIS_TRACK              (0x5, 0x64, 0x00),
  WRITE_PROTECTED                          (0x7, 0x27, 0x00),
  MISCOMPARE_DURING_VERIFY                 (0xE, 0x1D, 0x00);
  // spotless:on

  final int key;
  final int code;
  final int qualifier;

  Sense(int key, int code, int qualifier) {
    this.key = key;
    this.code = code;
    this.qualifier = qualifier;
  }
}
