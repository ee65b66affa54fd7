package dev.virtio4j.scenario;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/**
 * What came of a command, as the host wrote it.
 *
 * @param text what the host goes by
 * @param response the field of that name
 * @param status the status of SAM, 8 bits
 * @param residual bytes that were not transferred
 * @param sense sense data in hexadecimal, as long as "sense_len" says
 */
record ScsiResult(ScsiText text, int response, int status, long residual, String sense) {
  /** Before the sense data. */
  static final int SIZE = 12;

  private static final int DRAFT_SENSE = 96;
  private static final int DRAFT_FIELDS = 10;

  /** Behind the data in the draft of April 2011. */
  static final int DRAFT_SIZE = DRAFT_SENSE + DRAFT_FIELDS;

  private static final int CHECK_CONDITION = 2;

  private static final Map<Integer, String> STATUSES =
      Map.of(0, "GOOD", 8, "STATUS_BUSY", 0x18, "RESERVATION_CONFLICT", 0x28, "TASK_SET_FULL");

  /** Reads what was written to the device-writable buffers of a chain. */
  static ScsiResult of(ScsiText text, byte[] written) {
    ByteBuffer bytes = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);
    int fields = text == ScsiText.APRIL_2011 ? written.length - DRAFT_FIELDS : 0;
    int sense = text == ScsiText.APRIL_2011 ? fields - DRAFT_SENSE : SIZE;
    int end = fields + (text == ScsiText.APRIL_2011 ? DRAFT_FIELDS : SIZE);
    int senseLength = bytes.getInt(fields);
    return new ScsiResult(
        text,
        bytes.get(end - 1) & 0xFF,
        bytes.get(end - 2) & 0xFF,
        Integer.toUnsignedLong(bytes.getInt(fields + 4)),
        HexFormat.of().formatHex(Arrays.copyOfRange(written, sense, sense + senseLength)));
  }

  /**
   * In the words of scripts: a status, key/code/qualifier of sense data for CHECK CONDITION, or the
   * response if it is not OK.
   */
  String outcome() {
    if (response != 0) {
      return text.response(response);
    }
    return status == CHECK_CONDITION && !sense.isEmpty()
        ? why(HexFormat.of().parseHex(sense))
        : STATUSES.getOrDefault(status, "status-%x".formatted(status));
  }

  private static String why(byte[] sense) {
    byte[] all = Arrays.copyOf(sense, 14); // sense_size may cut it off
    boolean fixed = (all[0] & 0x7F) == 0x70;
    return "%x/%02x/%02x"
        .formatted(
            (fixed ? all[2] : all[1]) & 0xF,
            (fixed ? all[12] : all[2]) & 0xFF,
            (fixed ? all[13] : all[3]) & 0xFF);
  }
}
