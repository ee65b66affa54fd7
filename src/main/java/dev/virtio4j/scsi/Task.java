package dev.virtio4j.scsi;

import dev.virtio4j.block.BlockBackend.Operation;
import dev.virtio4j.block.OnError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A command on its way: the front end fills in what the initiator sent, a unit executes it and
 * leaves here how it ended. One object is used for one command after another; it does not allocate.
 */
public final class Task {
  /** The most bytes of a CDB that any command here looks at. */
  public static final int CDB_SIZE = 16;

  /** The longest CDB that there is (SPC-4, "Variable length CDB"). */
  private static final int MAX_CDB_SIZE = 260;

  /** The longest is a READ DISC STRUCTURE of 2048 bytes, and its header. */
  private static final int REPLY_SIZE = 4 + 2048;

  private final byte[] cdb = new byte[CDB_SIZE];
  private final SenseData senseData = new SenseData();
  private final ByteBuffer sense = ByteBuffer.allocate(SenseData.MAX_SIZE);
  private final ByteBuffer reply = ByteBuffer.allocate(REPLY_SIZE);

  private Nexus nexus;
  private DataBuffers data;
  private int cdbLength;

  // What a bus wants to know.
  Carrier carrier;
  long tag;
  TaskAttribute attribute;
  Attachment attachment;
  boolean enabled;
  long due;

  private boolean descriptorSense;
  private Status status;
  private long movedOut;
  private long movedIn;
  private long shortfall;
  private IOException hostFailure;

  /**
   * The length that a CDB has by its operation code (SPC-4, "OPERATION CODE field"), for a front
   * end that has no better way to know.
   *
   * @param operationCode the first byte of the CDB, 8 bits
   * @return bytes; {@link #CDB_SIZE} for a group of codes whose length the standard leaves open
   */
  public static int cdbLength(int operationCode) {
    return switch (operationCode >> 5 & 7) {
      case 0 -> 6;
      case 1, 2 -> 10;
      case 5 -> 12;
      default -> CDB_SIZE;
    };
  }

  /**
   * Where the front end puts the CDB before {@link #begin}.
   *
   * @return {@link #CDB_SIZE} bytes
   */
  public byte[] cdb() {
    return cdb;
  }

  /**
   * Takes the CDB from the start of what the initiator sends, where a text has it in a buffer of
   * its own, or in any other layout in front of the data.
   *
   * @param buffer the length of that buffer in bytes; 0 if what is sent does not begin with one
   * @param from what is sent, at least one byte
   * @return the length of the CDB: that of its buffer, or else what its operation code says; at
   *     most {@link #CDB_SIZE}, longer ones are passed over
   */
  public int takeCdb(long buffer, DataBuffers from) {
    int length;
    int done = 0;
    if (buffer > 0 && buffer <= MAX_CDB_SIZE) {
      length = (int) buffer;
    } else {
      cdb[0] = from.nextOut(1).get();
      done = 1;
      length = (int) Math.min(cdbLength(cdb[0] & 0xFF), 1 + from.outRemaining());
    }
    while (done < length) {
      ByteBuffer piece = from.nextOut(length - done);
      int count = piece.remaining();
      int usable = Math.max(0, Math.min(count, CDB_SIZE - done));
      piece.get(cdb, Math.min(done, CDB_SIZE), usable);
      done += count;
    }
    return Math.min(length, CDB_SIZE);
  }

  /**
   * Makes this a new command.
   *
   * @param from whose command it is
   * @param length how many bytes of {@link #cdb} the initiator sent, 1 to {@link #CDB_SIZE}
   * @param buffers the initiator's buffers
   */
  public void begin(Nexus from, int length, DataBuffers buffers) {
    nexus = from;
    begin(length, buffers);
  }

  /**
   * Makes this a new command for a {@link ScsiBus}.
   *
   * @param newTag by which task management functions name it, 64 bits
   * @param newAttribute how it stands to the others
   * @param length how many bytes of {@link #cdb} the initiator sent, 1 to {@link #CDB_SIZE}
   * @param by has the initiator's buffers, and hears how it ended
   */
  public void begin(long newTag, TaskAttribute newAttribute, int length, Carrier by) {
    tag = newTag;
    attribute = newAttribute;
    carrier = by;
    begin(length, by);
  }

  private void begin(int length, DataBuffers buffers) {
    cdbLength = length;
    Arrays.fill(cdb, length, CDB_SIZE, (byte) 0);
    data = buffers;
    descriptorSense = false;
    status = Status.GOOD;
    sense.clear().limit(0);
    movedOut = 0;
    movedIn = 0;
    shortfall = 0;
    hostFailure = null;
  }

  // Its way on a bus.

  void sendTo(Attachment to) {
    attachment = to;
    nexus = to.nexus;
    enabled = false;
    due = 0;
  }

  void enable(long now) {
    enabled = true;
    due = attachment.due(this, now);
  }

  void restore(boolean wasEnabled, long wasDue) {
    enabled = wasEnabled;
    due = wasDue;
  }

  /** What to do if the host failed. */
  OnError policy() {
    Operation operation = attachment.unit.operation(this);
    boolean read = operation == null || operation == Operation.READ;
    return read ? attachment.settings.readError() : attachment.settings.writeError();
  }

  /** It is to be executed once more, as if that had not been tried. */
  void again() {
    carrier.rewind();
    begin(cdbLength, carrier);
  }

  // What the front end wants to know in the end.

  /**
   * How the command ended.
   *
   * @return its status
   */
  public Status status() {
    return status;
  }

  /**
   * The sense data.
   *
   * @return an array whose first {@link #senseLength} bytes are the data
   */
  public byte[] sense() {
    return sense.array();
  }

  /**
   * The length of the sense data.
   *
   * @return bytes, 0 if there is none
   */
  public int senseLength() {
    return sense.limit();
  }

  /**
   * How many bytes were moved through the buffers.
   *
   * @return bytes, of both directions
   */
  public long moved() {
    return movedOut + movedIn;
  }

  long movedOut() {
    return movedOut;
  }

  long movedIn() {
    return movedIn;
  }

  /**
   * How many bytes more the command would have moved through larger buffers. A command that reads
   * has moved what it could then, one that writes nothing.
   *
   * @return bytes, 0 if the buffers were large enough
   */
  public long shortfall() {
    return shortfall;
  }

  /**
   * What the host could not do.
   *
   * @return the failure that is behind the sense data, or null
   */
  public IOException hostFailure() {
    return hostFailure;
  }

  /** Makes the command one that ended well, although the host failed. */
  public void ignoreHostFailure() {
    status = Status.GOOD;
    sense.clear().limit(0);
    hostFailure = null;
  }

  // What the command is.

  Nexus nexus() {
    return nexus;
  }

  int cdbLength() {
    return cdbLength;
  }

  int u8(int at) {
    return cdb[at] & 0xFF;
  }

  int u16(int at) {
    return u8(at) << 8 | u8(at + 1);
  }

  int u24(int at) {
    return u16(at) << 8 | u8(at + 2);
  }

  long u32(int at) {
    return (long) u16(at) << 16 | u16(at + 2);
  }

  /** As signed; who takes it as unsigned checks that it isn't negative. */
  long u64(int at) {
    return u32(at) << 32 | u32(at + 4);
  }

  // The data.

  /** How many of some bytes the Data-In Buffer has room for; notes the others as shortfall. */
  long roomFor(long length) {
    long room = Math.min(length, data.inRemaining());
    shortfall += length - room;
    return room;
  }

  /** Whether the Data-Out Buffer has some bytes; notes those that it hasn't as shortfall. */
  boolean brings(long length) {
    shortfall = Math.max(0, length - data.outRemaining());
    return shortfall == 0;
  }

  ByteBuffer nextOut(long limit) {
    ByteBuffer piece = data.nextOut(limit);
    movedOut += piece.remaining();
    return piece;
  }

  ByteBuffer nextIn(long limit) {
    return data.nextIn(limit);
  }

  void commitIn(int count) {
    data.commitIn();
    movedIn += count;
  }

  /** Takes some bytes at the start of the last {@link #nextIn} as filled, and the others not. */
  void commitStart(int count) {
    if (count > 0) {
      data.nextIn(count);
      commitIn(count);
    }
  }

  /** An empty buffer, big-endian, to build parameter data in. */
  ByteBuffer reply() {
    return reply.clear();
  }

  /**
   * Sends the reply up to its position, and no more of it than the initiator allocated for it
   * (SPC-4, "Allocation length").
   */
  void send(long allocationLength) {
    reply.flip();
    int end = (int) roomFor(Math.min(reply.limit(), allocationLength));
    while (reply.position() < end) {
      ByteBuffer piece = nextIn(end - reply.position());
      int count = piece.remaining();
      piece.put(reply.array(), reply.position(), count);
      reply.position(reply.position() + count);
      commitIn(count);
    }
  }

  /**
   * Takes the parameter list.
   *
   * @param length in bytes, as the CDB has it
   * @param lengthField where the CDB has it
   * @return the list, big-endian, until the reply is begun; null if there is less of it, or more
   *     than any command here knows what to do with, and the command has ended
   */
  ByteBuffer parameters(long length, int lengthField) {
    if (!brings(length)) {
      invalidField(lengthField);
      return null;
    }
    if (length > REPLY_SIZE) {
      checkCondition(Sense.PARAMETER_LIST_LENGTH_ERROR);
      return null;
    }
    ByteBuffer list = reply().limit((int) length);
    while (list.hasRemaining()) {
      list.put(nextOut(list.remaining()));
    }
    return list.flip();
  }

  // How it ends.

  /** Says whether sense data has descriptors (SPC-4, "Control mode page": D_SENSE). */
  void describeSense(boolean descriptors) {
    descriptorSense = descriptors;
  }

  void checkCondition(Sense why) {
    senseData.set(why);
    endWithSense();
  }

  void checkCondition(UnitAttention attention) {
    senseData.set(attention);
    endWithSense();
  }

  /** The unit belongs to another initiator. */
  void reservationConflict() {
    status = Status.RESERVATION_CONFLICT;
  }

  void taskSetFull() {
    status = Status.TASK_SET_FULL;
  }

  /** A byte of the CDB is wrong, or the field that starts there. */
  void checkCondition(Sense why, int byteInCdb) {
    senseData.set(why);
    senseData.setField(byteInCdb);
    endWithSense();
  }

  /** A bit of the CDB is wrong, or the field of which it is the highest. */
  void invalidField(int byteInCdb, int bit) {
    senseData.set(Sense.INVALID_FIELD_IN_CDB);
    senseData.setField(byteInCdb, bit);
    endWithSense();
  }

  /** A byte of the CDB is wrong, or the field that starts there. */
  void invalidField(int byteInCdb) {
    checkCondition(Sense.INVALID_FIELD_IN_CDB, byteInCdb);
  }

  /** What was compared is not the same, from an offset in the Data-Out Buffer on. */
  void miscompare(long offset) {
    senseData.set(Sense.MISCOMPARE_DURING_VERIFY);
    senseData.setInformation(offset);
    endWithSense();
  }

  /** A byte of the parameter list is wrong, or the field that starts there. */
  void invalidParameter(int byteInList) {
    senseData.set(Sense.INVALID_FIELD_IN_PARAMETER_LIST);
    senseData.setParameterField(byteInList);
    endWithSense();
  }

  /** A bit of the parameter list is wrong, or the field of which it is the highest. */
  void invalidParameter(int byteInList, int bit) {
    senseData.set(Sense.INVALID_FIELD_IN_PARAMETER_LIST);
    senseData.setParameterField(byteInList, bit);
    endWithSense();
  }

  /** The host failed. */
  void hostFailed(IOException failure, Sense why) {
    hostFailure = failure;
    checkCondition(why);
  }

  /** The host failed at a block. */
  void hostFailed(IOException failure, Sense why, long block) {
    hostFailure = failure;
    senseData.set(why);
    senseData.setInformation(block);
    endWithSense();
  }

  private void endWithSense() {
    status = Status.CHECK_CONDITION;
    if (descriptorSense) {
      senseData.putDescriptors(sense.clear());
    } else {
      senseData.putFixed(sense.clear());
    }
    sense.flip();
  }
}
