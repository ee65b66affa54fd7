package dev.virtio4j.scenario;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Requests to a SCSI host (0.9.5, Appendix H; April 2011). */
final class ScsiRequests {
  private static final int HEADER = 19;
  private static final int DRAFT_HEADER = 8;
  private static final int DRAFT_CMD = 2;

  /** By the field "subtype". */
  private static final List<String> FUNCTIONS =
      List.of(
          "ABORT_TASK",
          "ABORT_TASK_SET",
          "CLEAR_ACA",
          "CLEAR_TASK_SET",
          "I_T_NEXUS_RESET",
          "LOGICAL_UNIT_RESET",
          "QUERY_TASK",
          "QUERY_TASK_SET");

  private static final int TMF = 0;
  private static final int TMF_SIZE = 24;
  private static final int AN_SIZE = 16;
  private static final int EVENT_ACTUAL = 4;
  private static final int RESPONSE = 1;

  private ScsiRequests() {}

  /**
   * A command.
   *
   * @param cdb of any length: filled up or cut off to the field's, but not in the draft
   * @param out what the device gets beside it
   * @param options {@code tag attr in}, and {@code barrier} in the draft
   */
  static Request command(
      ScsiText text, byte[] address, byte[] cdb, byte[] out, Options options, Variables sizes) {
    int in = (int) options.number("in", 0);
    if (text == ScsiText.APRIL_2011) {
      ByteBuffer bytes =
          ByteBuffer.allocate(DRAFT_HEADER + cdb.length + out.length)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(DRAFT_CMD | (int) options.number("barrier", 0) << 31)
              .putInt(0) // ioprio
              .put(cdb)
              .put(out);
      return new Request(bytes.array(), in + ScsiResult.DRAFT_SIZE, 0, ScsiResult.DRAFT_SIZE);
    }
    int cdbSize = (int) sizes.evaluate("$cdb_size");
    ByteBuffer bytes =
        ByteBuffer.allocate(HEADER + cdbSize + out.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(address)
            .putLong(options.number("tag", 0))
            .put((byte) options.number("attr", 0))
            .putShort((short) 0) // prio and crn
            .put(Arrays.copyOf(cdb, cdbSize))
            .put(out);
    int results = ScsiResult.SIZE + (int) sizes.evaluate("$sense_size");
    return new Request(bytes.array(), results + in, results, 0);
  }

  /** A task management function, by its name or number. */
  static Request function(byte[] address, String name, Options options, Variables variables) {
    int known = FUNCTIONS.indexOf(name);
    ByteBuffer bytes =
        ByteBuffer.allocate(TMF_SIZE)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(TMF)
            .putInt(known >= 0 ? known : (int) variables.evaluate(name))
            .put(address)
            .putLong(options.number("tag", 0));
    return new Request(bytes.array(), RESPONSE, 0, RESPONSE);
  }

  /** AN_QUERY (1) or AN_SUBSCRIBE (2); what comes in is "event_actual". */
  static Request notification(int type, byte[] address, int events) {
    ByteBuffer bytes =
        ByteBuffer.allocate(AN_SIZE)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(type)
            .put(address)
            .putInt(events);
    return new Request(bytes.array(), EVENT_ACTUAL + RESPONSE, 0, RESPONSE);
  }

  /** Any bytes for the control queue. */
  static Request raw(byte[] readable, int in) {
    return new Request(readable, in + RESPONSE, 0, RESPONSE);
  }

  /** A buffer for an event. */
  static Request event(int length) {
    return new Request(new byte[0], length, 0, 0);
  }

  /** The field "lun" from eight bytes in hexadecimal. */
  static byte[] address(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    if (bytes.length != Long.BYTES) {
      throw new IllegalArgumentException("write 8 bytes instead of " + hex);
    }
    return bytes;
  }
}
