package dev.virtio4j.virtio.scsi;

import dev.virtio4j.scsi.TaskEnd;
import dev.virtio4j.scsi.TaskManagement;

/** What a request or a control request came to (VIRTIO_SCSI_S_...), with its code in each text. */
enum ScsiResponse {
  // spotless:off
  //                 0.9.4 on, Nov 2011, April 2011
  OK                (0,        0,        0),
  OVERRUN           (1,        1,        1), // UNDERRUN in the second draft
  ABORTED           (2,        2,        1),
  BAD_TARGET        (3,        3,        128), // CLOSED in the first draft
  RESET             (4,        4,        1),
  BUSY              (5,        8,        1),
  TRANSPORT_FAILURE (6,        5,        1),
  TARGET_FAILURE    (7,        6,        1),
  NEXUS_FAILURE     (8,        7,        1),
  FAILURE           (9,        8,        1),
  FUNCTION_SUCCEEDED(10,       9,        1),
  FUNCTION_REJECTED (11,       10,       1),
  INCORRECT_LUN     (12,       11,       1);
  // spotless:on

  private final int code;
  private final int november2011;
  private final int april2011;

  ScsiResponse(int code, int november2011, int april2011) {
    this.code = code;
    this.november2011 = november2011;
    this.april2011 = april2011;
  }

  int code(Dialect dialect) {
    return switch (dialect) {
      case APRIL_2011 -> april2011;
      case NOVEMBER_2011 -> november2011;
      case V0_9_4, DEFAULT -> code;
    };
  }

  /** What a task came to whose buffers were large enough. */
  static ScsiResponse of(TaskEnd end) {
    return switch (end) {
      case COMPLETE -> OK;
      case BAD_BUFFERS -> FAILURE;
      case ABORTED -> ABORTED;
      case RESET -> RESET;
      case TRANSPORT_FAILURE -> TRANSPORT_FAILURE;
      case BUSY -> BUSY;
      case TARGET_FAILURE -> TARGET_FAILURE;
      case NEXUS_FAILURE -> NEXUS_FAILURE;
    };
  }

  static ScsiResponse of(TaskManagement.Response response) {
    return switch (response) {
      case FUNCTION_COMPLETE -> OK;
      case FUNCTION_SUCCEEDED -> FUNCTION_SUCCEEDED;
      case FUNCTION_REJECTED -> FUNCTION_REJECTED;
      case INCORRECT_LOGICAL_UNIT_NUMBER -> INCORRECT_LUN;
      case BAD_TARGET -> BAD_TARGET;
    };
  }
}
