package dev.virtio4j.scenario;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Map;

/**
 * A request to a block device (0.9.5, Appendix D): the bytes that the device reads, and room for
 * those that it writes.
 */
final class Request {
  private static final int HEADER = 16;
  private static final int STATUS = 1;

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
          8);

  static final Map<String, Integer> STATUSES =
      Map.of("OK", 0, "IOERR", 1, "UNSUPP", 2, "untouched", Chain.UNTOUCHED);

  private final byte[] readable;
  private final int writable;

  private Request(byte[] readable, int writable) {
    this.readable = readable;
    this.writable = writable;
  }

  /** {@code request TYPE [sector=N] [cdb=HEX] [data=BYTES] [like=SECTOR] [ioprio=N]}. */
  static Request parse(Options options, Variables variables) {
    String name = options.first();
    long type = TYPES.containsKey(name) ? TYPES.get(name) : variables.evaluate(name);
    long sector = options.number("sector", 0);
    int length = (int) options.number("data", 0);
    long like = options.number("like", -1);
    byte[] cdb = HexFormat.of().parseHex(options.text("cdb"));
    int toDevice = like >= 0 ? length : 0;
    ByteBuffer bytes =
        ByteBuffer.allocate(HEADER + cdb.length + toDevice)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt((int) type)
            .putInt((int) options.number("ioprio", 0))
            .putLong(sector)
            .put(cdb)
            .put(Disk.like(like, toDevice));
    return new Request(
        bytes.array(), length - toDevice + (cdb.length > 0 ? SCSI_RESULTS : 0) + STATUS);
  }

  /** What the device reads. */
  byte[] readable() {
    return readable;
  }

  /** How many bytes there are for the device to write, the status byte included. */
  int writable() {
    return writable;
  }
}
