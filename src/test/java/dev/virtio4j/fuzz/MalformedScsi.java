package dev.virtio4j.fuzz;

/**
 * The ways in which requests to a SCSI host can be malformed beyond what {@link Malformed} has of
 * rings and chains, and what comes of each (0.9.5, Appendix H; SPC-4 for what is wrong in a CDB).
 */
enum MalformedScsi {
  // spotless:off
  // Requests.
  NO_HEADER                (Queue.REQUEST, Code.FAILURE),
  CDB_CUT_OFF              (Queue.REQUEST, Code.FAILURE),
  NO_ROOM                  (Queue.REQUEST, Code.UNUSED),
  HEADER_NOT_RAM           (Queue.REQUEST, Code.FAILURE),
  CDB_NOT_RAM              (Queue.REQUEST, Code.FAILURE),
  RESPONSE_NOT_RAM         (Queue.REQUEST, Code.UNUSED),
  DATA_IN_NOT_RAM          (Queue.REQUEST, Code.FAILURE),
  DATA_OUT_NOT_RAM         (Queue.REQUEST, Code.FAILURE),
  BOTH_DIRECTIONS          (Queue.REQUEST, Code.FAILURE), // without INOUT
  LUN_FORM                 (Queue.REQUEST, Code.BAD_TARGET),
  NO_TARGET                (Queue.REQUEST, Code.BAD_TARGET),
  ROOM_TOO_SMALL           (Queue.REQUEST, Code.OVERRUN),
  DATA_TOO_SHORT           (Queue.REQUEST, Code.OVERRUN),

  // Commands.
  NO_UNIT                  (Queue.REQUEST, Code.OK, 0x5_25_00),
  OPERATION_CODE           (Queue.REQUEST, Code.OK, 0x5_20_00),
  SERVICE_ACTION           (Queue.REQUEST, Code.OK, 0x5_24_00),
  RESERVED_BIT             (Queue.REQUEST, Code.OK, 0x5_24_00),
  READ_PAST_END            (Queue.REQUEST, Code.OK, 0x5_21_00),
  WRITE_PAST_END           (Queue.REQUEST, Code.OK, 0x5_21_00),
  WRITE_READ_ONLY          (Queue.REQUEST, Code.OK, 0x7_27_00),

  // Control requests.
  CONTROL_NO_ROOM          (Queue.CONTROL, Code.UNUSED),
  CONTROL_EMPTY            (Queue.CONTROL, Code.FAILURE),
  CONTROL_TYPE             (Queue.CONTROL, Code.FAILURE),
  CONTROL_NOT_RAM          (Queue.CONTROL, Code.UNUSED),
  TASK_MANAGEMENT_CUT_OFF  (Queue.CONTROL, Code.FAILURE),
  TASK_MANAGEMENT_FUNCTION (Queue.CONTROL, Code.FUNCTION_REJECTED),
  TASK_MANAGEMENT_LUN_FORM (Queue.CONTROL, Code.BAD_TARGET),
  TASK_MANAGEMENT_NO_TARGET(Queue.CONTROL, Code.BAD_TARGET),
  TASK_MANAGEMENT_NO_UNIT  (Queue.CONTROL, Code.INCORRECT_LUN),
  NOTIFICATION_CUT_OFF     (Queue.CONTROL, Code.FAILURE),
  NOTIFICATION_NO_ROOM     (Queue.CONTROL, Code.FAILURE),
  NOTIFICATION_LUN_FORM    (Queue.CONTROL, Code.BAD_TARGET),
  NOTIFICATION_NO_TARGET   (Queue.CONTROL, Code.BAD_TARGET),
  NOTIFICATION_NO_UNIT     (Queue.CONTROL, Code.INCORRECT_LUN),

  // Buffers for events.
  EVENT_NO_ROOM            (Queue.EVENT,   Code.UNUSED);
  // spotless:on

  /** Which queue a request is for. */
  enum Queue {
    CONTROL,
    EVENT,
    REQUEST
  }

  /** The field "response". */
  static final class Code {
    static final int OK = 0;
    static final int OVERRUN = 1;
    static final int BAD_TARGET = 3;
    static final int FAILURE = 9;
    static final int FUNCTION_REJECTED = 11;
    static final int INCORRECT_LUN = 12;

    /** The buffers come back as they were. */
    static final int UNUSED = -1;

    private Code() {}
  }

  private final Queue queue;
  private final int response;
  private final int sense;

  MalformedScsi(Queue queue, int response) {
    this(queue, response, 0);
  }

  MalformedScsi(Queue queue, int response, int sense) {
    this.queue = queue;
    this.response = response;
    this.sense = sense;
  }

  Queue queue() {
    return queue;
  }

  /** The response of 0.9.5; {@link Code#UNUSED} for none. */
  int response() {
    return response;
  }

  /** Sense key, additional sense code and qualifier, each in a byte; 0 for none. */
  int sense() {
    return sense;
  }
}
