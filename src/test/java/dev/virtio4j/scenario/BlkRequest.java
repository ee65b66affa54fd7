package dev.virtio4j.scenario;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Map;

/** Requests to a block device (0.9.5, Appendix D). */
final class BlkRequest {
  private static final int HEADER = 16;
  private static final int STATUS = 1;
  private static final int RANGE = 16;

  /** Sense data and results of a SCSI command. */
  private static final int SCSI_RESULTS = 112;

  private static final Map<String, Integer> TYPES =
      Map.of(
          "IN",
          0,
          "OUT",
          1,
          "SCSI_CMD",
          2,
          "SCSI_CMD_OUT",
          3,
          "FLUSH",
          4,
          "FLUSH_OUT",
          5,
          "GET_ID",
          8,
          "DISCARD",
          11,
          "WRITE_ZEROES",
          13);

  static final Map<String, Integer> STATUSES =
      Map.of("OK", 0, "IOERR", 1, "UNSUPP", 2, "untouched", Chain.UNTOUCHED);

  private BlkRequest() {}

  /**
   * {@code request TYPE [sector=N] [cdb=HEX] [data=BYTES] [like=SECTOR] [ioprio=N]
   * [ranges=SECTOR,COUNT[,FLAGS][/...]]}.
   */
  static Request parse(Options options, Variables variables) {
    String name = options.first();
    long type = TYPES.containsKey(name) ? TYPES.get(name) : variables.evaluate(name);
    int length = (int) options.number("data", 0);
    byte[] cdb = HexFormat.of().parseHex(options.text("cdb"));
    byte[] toDevice = new byte[0];
    int toGuest = length;
    if (options.has("ranges")) {
      toDevice = ranges(options.text("ranges"), variables);
    } else if (options.has("like")) {
      toDevice = Disk.like(options.number("like", 0), length);
      toGuest = 0;
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(HEADER + cdb.length + toDevice.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt((int) type)
            .putInt((int) options.number("ioprio", 0))
            .putLong(options.number("sector", 0))
            .put(cdb)
            .put(toDevice);
    return new Request(
        bytes.array(), toGuest + (cdb.length > 0 ? SCSI_RESULTS : 0) + STATUS, 0, STATUS);
  }

  /**
   * The data of DISCARD and WRITE_ZEROES: struct virtio_blk_discard_write_zeroes for each range.
   */
  private static byte[] ranges(String text, Variables variables) {
    String[] ranges = text.split("/", -1);
    ByteBuffer bytes = ByteBuffer.allocate(RANGE * ranges.length).order(ByteOrder.LITTLE_ENDIAN);
    for (String range : ranges) {
      String[] fields = range.split(",", -1);
      bytes
          .putLong(variables.evaluate(fields[0]))
          .putInt((int) variables.evaluate(fields[1]))
          .putInt(fields.length < 3 ? 0 : (int) variables.evaluate(fields[2]));
    }
    return bytes.array();
  }
}
