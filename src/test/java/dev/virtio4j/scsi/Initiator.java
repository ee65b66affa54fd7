package dev.virtio4j.scsi;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** An initiator with a front end of its own, whose buffers come in pieces of a few bytes. */
final class Initiator implements DataBuffers {
  /** No divisor of a block, so that pieces end anywhere. */
  private static final int PIECE = 37;

  private final LogicalUnit unit;
  private final Nexus nexus;
  private final Task task = new Task();
  private ByteBuffer out;
  private ByteBuffer in;
  private int piece;

  /** What came of a command. */
  static final class Result {
    private final Status status;
    private final byte[] sense;
    private final byte[] data;
    private final long moved;
    private final long shortfall;
    private final Exception hostFailure;

    private Result(Task task, byte[] data) {
      status = task.status();
      sense = Arrays.copyOf(task.sense(), task.senseLength());
      this.data = data;
      moved = task.moved();
      shortfall = task.shortfall();
      hostFailure = task.hostFailure();
    }

    Status status() {
      return status;
    }

    byte[] sense() {
      return sense;
    }

    byte[] data() {
      return data;
    }

    long moved() {
      return moved;
    }

    long shortfall() {
      return shortfall;
    }

    Exception hostFailure() {
      return hostFailure;
    }

    /** Bytes of the data as an unsigned number, big-endian. */
    long number(int at, int width) {
      long value = 0;
      for (int i = at; i < at + width; i++) {
        value = value << 8 | (data[i] & 0xFF);
      }
      return value;
    }

    String hex() {
      return HexFormat.of().formatHex(data);
    }

    /** Sense key, additional sense code and qualifier: "5/24/00"; "-" for no sense data. */
    String why() {
      return sense.length == 0
          ? "-"
          : "%x/%02x/%02x".formatted(sense[2] & 0xF, sense[12] & 0xFF, sense[13] & 0xFF);
    }

    /** The information in the sense data; -1 for none. */
    long information() {
      return (sense[0] & 0x80) == 0 ? -1 : Integer.toUnsignedLong(ByteBuffer.wrap(sense).getInt(3));
    }

    /** The field pointer: "byte 1 bit 4", "parameter 2" for one of the list; "-" for none. */
    String field() {
      int flags = sense[15] & 0xFF;
      if ((flags & 0x80) == 0) {
        return "-";
      }
      int at = (sense[16] & 0xFF) << 8 | (sense[17] & 0xFF);
      String what = (flags & 0x40) != 0 ? "byte " : "parameter ";
      return what + at + ((flags & 8) != 0 ? " bit " + (flags & 7) : "");
    }
  }

  /** An initiator that has been told of the power-on. */
  Initiator(LogicalUnit unit) {
    this(unit, true);
  }

  Initiator(LogicalUnit unit, boolean greeted) {
    this.unit = unit;
    nexus = unit.connect();
    if (greeted) {
      run("00 00 00 00 00 00");
    }
  }

  /** An initiator that has connected already, and is told of the power-on here. */
  Initiator(LogicalUnit unit, Nexus nexus) {
    this.unit = unit;
    this.nexus = nexus;
    run("00 00 00 00 00 00");
  }

  Nexus nexus() {
    return nexus;
  }

  /** A command that sends nothing, with ample room for what it gets. */
  Result run(String cdb) {
    return run(cdb, new byte[0], 256 * 1024);
  }

  /** A command that gets something, into a buffer of a size. */
  Result in(String cdb, int room) {
    return run(cdb, new byte[0], room);
  }

  /** A command that sends something. */
  Result out(String cdb, byte[] data) {
    return run(cdb, data, 0);
  }

  /** A command that sends something and gets something. */
  Result run(String cdb, byte[] data, int room) {
    byte[] bytes = HexFormat.of().parseHex(cdb.replace(" ", ""));
    Arrays.fill(task.cdb(), (byte) 0xEE);
    System.arraycopy(bytes, 0, task.cdb(), 0, bytes.length);
    out = ByteBuffer.wrap(data);
    in = ByteBuffer.allocate(room);
    task.begin(nexus, bytes.length, this);
    unit.execute(task);
    return new Result(task, Arrays.copyOf(in.array(), in.position()));
  }

  @Override
  public long outRemaining() {
    return out.remaining();
  }

  @Override
  public ByteBuffer nextOut(long limit) {
    int length = (int) Math.min(limit, PIECE);
    ByteBuffer window = out.slice(out.position(), length);
    out.position(out.position() + length);
    return window;
  }

  @Override
  public long inRemaining() {
    return in.remaining();
  }

  @Override
  public ByteBuffer nextIn(long limit) {
    piece = (int) Math.min(limit, PIECE);
    return in.slice(in.position(), piece);
  }

  @Override
  public void commitIn() {
    in.position(in.position() + piece);
  }
}
