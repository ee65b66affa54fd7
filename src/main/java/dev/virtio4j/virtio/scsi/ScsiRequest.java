package dev.virtio4j.virtio.scsi;

import dev.virtio4j.host.GuestMemoryException;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.scsi.Carrier;
import dev.virtio4j.scsi.Task;
import dev.virtio4j.scsi.TaskAttribute;
import dev.virtio4j.scsi.TaskEnd;
import dev.virtio4j.virtio.DescriptorChain;
import dev.virtio4j.virtio.Virtqueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;

/**
 * One command, as its buffers tell (0.9.5, Appendix H, "Device Operation: request queues"):
 *
 * <pre>
 *   struct virtio_scsi_req_cmd {
 *     u8 lun[8];              // device-readable from here on
 *     u64 id;                 // the tag
 *     u8 task_attr;           // SIMPLE 0, ORDERED 1, HEAD 2, ACA 3
 *     u8 prio;
 *     u8 crn;
 *     char cdb[cdb_size];
 *     char dataout[];
 *     u32 sense_len;          // device-writable from here on
 *     u32 residual;
 *     u16 status_qualifier;
 *     u8 status;
 *     u8 response;
 *     u8 sense[sense_size];
 *     char datain[];
 *   };
 * </pre>
 *
 * <p>and in the first draft, where the queue says which unit is meant:
 *
 * <pre>
 *   struct virtio_scsi_req {
 *     u32 type;               // device-readable: CMD 2, BARRIER 0x80000000
 *     u32 ioprio;
 *     char cmd[];             // the CDB, a buffer of its own
 *     char data[][512];       // device-readable or device-writable
 *     u8 sense[96];           // device-writable from here on
 *     u32 sense_len;
 *     u32 residual;
 *     u8 status;
 *     u8 response;
 *   };
 * </pre>
 *
 * <p>Where descriptors end makes no difference, except for that draft's CDB. Objects are used again
 * for later requests.
 */
final class ScsiRequest implements Carrier {
  /** Before the CDB; the last bytes of it are task_attr, prio and crn. */
  private static final int HEADER_SIZE = 19;

  private static final int REST_SIZE = 3;

  /** Before the sense data. */
  private static final int RESPONSE_SIZE = 12;

  private static final int DRAFT_HEADER_SIZE = 8;
  private static final int DRAFT_SENSE_SIZE = 96;

  /** After the sense data. */
  private static final int DRAFT_RESPONSE_SIZE = 10;

  private static final int DRAFT_TAIL_SIZE = DRAFT_SENSE_SIZE + DRAFT_RESPONSE_SIZE;
  private static final int DRAFT_CMD = 2;
  private static final int DRAFT_BARRIER = 0x8000_0000;

  private static final int ORDERED = 1;
  private static final int HEAD = 2;

  private final Dialect dialect;
  private final BiConsumer<ScsiRequest, TaskEnd> listener;
  private final Task task = new Task();
  private final byte[] rest = new byte[REST_SIZE];
  private final ByteBuffer response =
      ByteBuffer.allocate(RESPONSE_SIZE).order(ByteOrder.LITTLE_ENDIAN);

  private Virtqueue queue;
  private DescriptorChain chain;
  private long address;
  private long tag;
  private TaskAttribute attribute;
  private int cdbLength;
  private long senseSize;
  private long dataLength;

  /**
   * Makes one.
   *
   * @param listener hears when the task has ended
   */
  ScsiRequest(Dialect dialect, BiConsumer<ScsiRequest, TaskEnd> listener) {
    this.dialect = dialect;
    this.listener = listener;
  }

  /** What came of reading a request. */
  enum Parsed {
    /** It can be submitted. */
    COMMAND,
    /** It can be answered, with {@link ScsiResponse#FAILURE}. */
    UNREADABLE,
    /** There is no room for an answer. */
    UNANSWERABLE
  }

  /**
   * Takes a chain, and reads what stands before the data, once.
   *
   * @param newSenseSize the room for sense data in bytes, as configured
   * @param cdbSize the length of the field for the CDB in bytes, as configured
   * @throws GuestMemoryException if it is not in RAM
   */
  Parsed parse(Virtqueue from, DescriptorChain taken, long newSenseSize, long cdbSize) {
    queue = from;
    chain = taken;
    chain.mark();
    if (dialect == Dialect.APRIL_2011) {
      senseSize = DRAFT_SENSE_SIZE; // nothing is configured
      return parseDraft();
    }
    senseSize = newSenseSize;
    return parse(cdbSize);
  }

  private Parsed parse(long cdbSize) {
    if (chain.writable() < RESPONSE_SIZE + senseSize) {
      return Parsed.UNANSWERABLE;
    }
    if (chain.readable() < HEADER_SIZE + cdbSize || cdbSize == 0) {
      return Parsed.UNREADABLE;
    }
    address = chain.read64();
    tag = chain.read64();
    chain.read(rest, 0, REST_SIZE);
    attribute = attribute(rest[0]);
    cdbLength = (int) Math.min(cdbSize, Task.CDB_SIZE);
    chain.read(task.cdb(), 0, cdbLength);
    chain.skipReadable(cdbSize - cdbLength);
    beginData();
    return Parsed.COMMAND;
  }

  private Parsed parseDraft() {
    if (chain.writable() < DRAFT_TAIL_SIZE) {
      return Parsed.UNANSWERABLE;
    }
    if (chain.readable() <= DRAFT_HEADER_SIZE) {
      return Parsed.UNREADABLE;
    }
    int type = (int) chain.read64(); // ioprio is above it
    if ((type & ~DRAFT_BARRIER) != DRAFT_CMD) {
      return Parsed.UNREADABLE;
    }
    tag = 0;
    attribute = (type & DRAFT_BARRIER) != 0 ? TaskAttribute.ORDERED : TaskAttribute.SIMPLE;
    cdbLength = task.takeCdb(chain.nextReadableBuffer(), this);
    beginData();
    return Parsed.COMMAND;
  }

  /** "All task attributes may be mapped to SIMPLE by the device": ACA is, without ACA. */
  private static TaskAttribute attribute(int code) {
    return switch (code) {
      case ORDERED -> TaskAttribute.ORDERED;
      case HEAD -> TaskAttribute.HEAD_OF_QUEUE;
      default -> TaskAttribute.SIMPLE;
    };
  }

  /** From here on the two streams are those of the data; the mark is where the response goes. */
  private void beginData() {
    chain.mark();
    toData();
    dataLength = outRemaining() + inRemaining();
  }

  private void toData() {
    if (dialect != Dialect.APRIL_2011) {
      chain.skipWritable(RESPONSE_SIZE + senseSize);
    }
  }

  Virtqueue queue() {
    return queue;
  }

  /** The field "lun"; not in the first draft. */
  long address() {
    return address;
  }

  /** Whether there are buffers for data in both directions. */
  boolean goesBothWays() {
    return outRemaining() > 0 && inRemaining() > 0;
  }

  /** The task, which begins with this. */
  Task begin() {
    task.begin(tag, attribute, cdbLength, this);
    return task;
  }

  /** What the host could not do; null for nothing. */
  IOException hostFailure() {
    return task.hostFailure();
  }

  /**
   * Writes how it ended, unless the driver has taken the buffers back.
   *
   * @throws GuestMemoryException if that is not in RAM
   */
  void respond(TaskEnd end) {
    if (chain.isAbandoned()) {
      return;
    }
    ScsiResponse outcome =
        end == TaskEnd.COMPLETE && task.shortfall() > 0
            ? ScsiResponse.OVERRUN
            : ScsiResponse.of(end);
    boolean hasStatus = outcome == ScsiResponse.OK;
    long residual = Math.min(dataLength - task.moved(), 0xFFFF_FFFFL);
    int sense = hasStatus ? (int) Math.min(task.senseLength(), senseSize) : 0;
    respond(outcome, sense, (int) residual, hasStatus ? task.status().code() : 0);
  }

  /**
   * Answers a request that was not executed.
   *
   * @throws GuestMemoryException if the response is not in RAM
   */
  void refuse(ScsiResponse why) {
    respond(why, 0, 0, 0);
  }

  private void respond(ScsiResponse outcome, int senseLength, int residual, int status) {
    response.clear();
    if (dialect == Dialect.APRIL_2011) {
      chain.skipWritable(chain.writable() - DRAFT_TAIL_SIZE);
      chain.write(task.sense(), senseLength);
      chain.skipWritable(chain.writable() - DRAFT_RESPONSE_SIZE);
      response.putInt(senseLength).putInt(residual);
      response.put((byte) status).put((byte) outcome.code(dialect));
      chain.write(response.array(), DRAFT_RESPONSE_SIZE);
    } else {
      chain.backToMarkedWritable();
      response.putInt(senseLength).putInt(residual).putShort((short) 0);
      response.put((byte) status).put((byte) outcome.code(dialect));
      chain.write(response.array(), RESPONSE_SIZE);
      chain.write(task.sense(), senseLength);
    }
  }

  /** Returns the buffers to the driver. */
  void complete() {
    chain.complete();
    chain = null;
    queue = null;
  }

  @Override
  public long outRemaining() {
    return chain.readable();
  }

  @Override
  public ByteBuffer nextOut(long limit) {
    return chain.readPiece(limit);
  }

  @Override
  public long inRemaining() {
    return chain.writable() - (dialect == Dialect.APRIL_2011 ? DRAFT_TAIL_SIZE : 0);
  }

  @Override
  public ByteBuffer nextIn(long limit) {
    return chain.writePiece(limit);
  }

  @Override
  public void commitIn() {
    chain.commitPiece();
  }

  @Override
  public void rewind() {
    chain.reset();
    toData();
  }

  @Override
  public void ended(TaskEnd end) {
    listener.accept(this, end);
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.i32(queue.index());
    out.i64(tag);
    out.constant(attribute);
    out.i32(cdbLength);
    out.bytes(task.cdb());
    out.i64(senseSize);
    chain.save(out);
    toData();
  }

  /** Takes over what {@link #save} saved, up to the chain, which comes from the queue it names. */
  Task load(StateReader in, IntFunction<Virtqueue> queues) throws IOException {
    queue = queues.apply(in.i32());
    if (queue == null) {
      throw in.wrong("has a request of a queue that is none for requests");
    }
    tag = in.i64();
    attribute = in.constant(TaskAttribute.class);
    cdbLength = in.i32(1, Task.CDB_SIZE, "the length of a CDB");
    in.bytes(task.cdb());
    senseSize = in.i64(0, 0xFFFF_FFFFL, "the room for sense data");
    chain = queue.loadChain(in);
    long least = dialect == Dialect.APRIL_2011 ? DRAFT_TAIL_SIZE : RESPONSE_SIZE + senseSize;
    if (chain.writable() < least) {
      throw in.wrong("has a request without room for a response");
    }
    toData();
    dataLength = outRemaining() + inRemaining();
    return begin();
  }
}
