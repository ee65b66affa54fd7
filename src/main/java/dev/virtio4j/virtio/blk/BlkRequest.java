package dev.virtio4j.virtio.blk;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.virtio.DescriptorChain;
import dev.virtio4j.virtio.SpecProfile;
import dev.virtio4j.virtio.Virtqueue;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One request to a block device, as its buffers tell (0.9.5, Appendix D, "Device Operation"):
 *
 * <pre>
 *   struct virtio_blk_req {
 *     u32 type;      // device-readable
 *     u32 ioprio;    // a hint, not used
 *     u64 sector;
 *     char data[];   // device-writable for IN and GET_ID, device-readable for the others;
 *                    // of SCSI commands see BlkScsi
 *     u8 status;     // the last device-writable byte
 *   };
 * </pre>
 *
 * <p>Where descriptors end makes no difference, except for the CDB of {@link BlkScsi}. This knows
 * the chain and no storage. Objects are used again for later requests.
 */
final class BlkRequest {
  static final int HEADER_SIZE = 16;
  static final int STATUS_SIZE = 1;

  /** VIRTIO_BLK_T_... */
  enum Type {
    // spotless:off
    IN          (0,  SpecProfile.V0_8_9,  BlkCounter.READS),
    OUT         (1,  SpecProfile.V0_8_9,  BlkCounter.WRITES),
    SCSI_CMD    (2,  SpecProfile.V0_8_9,  BlkCounter.SCSI_COMMANDS),
    SCSI_CMD_OUT(3,  SpecProfile.V0_8_9,  BlkCounter.SCSI_COMMANDS), // another name, not another meaning
    FLUSH       (4,  SpecProfile.V0_8_9,  BlkCounter.FLUSHES),
    FLUSH_OUT   (5,  SpecProfile.V0_8_9,  BlkCounter.FLUSHES),
    GET_ID      (8,  SpecProfile.DEFAULT, BlkCounter.IDS),
    DISCARD     (11, SpecProfile.DEFAULT, BlkCounter.DISCARDS),
    WRITE_ZEROES(13, SpecProfile.DEFAULT, BlkCounter.WRITE_ZEROES),
    UNSUPPORTED (-1, SpecProfile.V0_8_9,  BlkCounter.UNSUPPORTED);
    // spotless:on

    /** All requests before it are done before it, and it before all later. */
    private static final int T_BARRIER = 0x8000_0000;

    /** Set in the types that send something to the disk. */
    private static final int T_OUT = 1;

    private static final Type[] TYPES = values();

    private final int code;
    private final SpecProfile since;
    final BlkCounter counter;

    Type(int code, SpecProfile since, BlkCounter counter) {
      this.code = code;
      this.since = since;
      this.counter = counter;
    }

    static Type of(int code, SpecProfile spec) {
      int plain = code & ~T_BARRIER;
      for (Type type : TYPES) {
        if (type.code == plain) {
          return spec.has(type.since) ? type : UNSUPPORTED;
        }
      }
      return UNSUPPORTED;
    }

    /** Whether its data comes from the guest. */
    private boolean sendsData() {
      return (code & T_OUT) != 0;
    }

    boolean isScsi() {
      return this == SCSI_CMD || this == SCSI_CMD_OUT;
    }

    /** Whether what fails of it is a failed write. */
    boolean isOut() {
      return sendsData() || this == FLUSH;
    }
  }

  private Virtqueue queue;
  private DescriptorChain chain;
  private Type type;
  private boolean barrier;
  private long sector;
  private long length;

  /** The emulated time at which it is carried out. */
  long due;

  /**
   * Takes a chain, and reads the header, once.
   *
   * @return false if the chain is too short for header and status
   * @throws dev.virtio4j.host.GuestMemoryException if the header is not in RAM
   */
  boolean parse(Virtqueue queue, DescriptorChain chain, SpecProfile spec) {
    this.queue = queue;
    this.chain = chain;
    barrier = false;
    length = 0;
    if (chain.readable() < HEADER_SIZE || chain.writable() < STATUS_SIZE) {
      return false;
    }
    int code = (int) chain.read64(); // ioprio is above it
    type = Type.of(code, spec);
    barrier = (code & Type.T_BARRIER) != 0;
    sector = chain.read64();
    length = room();
    chain.mark();
    return true;
  }

  Virtqueue queue() {
    return queue;
  }

  Type type() {
    return type;
  }

  boolean isBarrier() {
    return barrier;
  }

  /** Where on the disk it starts, in units of 512 bytes; 64 bits, unsigned. */
  long sector() {
    return sector;
  }

  /** How many bytes of data it has, or has room for. */
  long length() {
    return length;
  }

  /** What is left of the bytes that the guest sends. */
  long readable() {
    return chain.readable();
  }

  /** What is left of the room for bytes that the guest gets, up to the status. */
  long writable() {
    return chain.writable() - STATUS_SIZE;
  }

  /** See {@link DescriptorChain#nextReadableBuffer}. */
  long nextReadableBuffer() {
    return chain.nextReadableBuffer();
  }

  int read32() {
    return chain.read32();
  }

  long read64() {
    return chain.read64();
  }

  /** Some of the next bytes that the guest sends, as many as can be had at once. */
  ByteBuffer nextToDisk(long limit) {
    return chain.readPiece(limit);
  }

  /** Room for some of the next bytes that the guest gets, to be filled and then committed. */
  ByteBuffer nextToGuest(long limit) {
    return chain.writePiece(limit);
  }

  void commitToGuest() {
    chain.commitPiece();
  }

  /** Puts the first bytes of an array into the room for bytes that the guest gets. */
  void putToGuest(byte[] from, int length) {
    chain.write(from, length);
  }

  /** Passes over room until so many bytes of it are left before the status. */
  void skipToTail(int length) {
    chain.skipWritable(writable() - length);
  }

  /** Goes back to the start of the data, as if none had been moved. */
  void rewind() {
    chain.reset();
  }

  /**
   * Writes the status where the guest looks for it, however much data there was.
   *
   * @throws dev.virtio4j.host.GuestMemoryException if that is not in RAM
   */
  void putStatus(BlkStatus status) {
    chain.skipWritable(chain.writable() - STATUS_SIZE);
    chain.write8(status.code);
  }

  /** Returns the buffers to the driver. */
  void complete() {
    chain.complete();
    chain = null;
    queue = null;
  }

  void save(StateWriter out) throws IOException {
    out.i32(queue.index());
    out.i32(type.code);
    out.flag(barrier);
    out.i64(sector);
    out.i64(length);
    out.i64(due);
    chain.save(out);
  }

  void load(StateReader in, Virtqueue from) throws IOException {
    queue = from;
    type = Type.of(in.i32(), SpecProfile.DEFAULT);
    barrier = in.flag();
    sector = in.i64();
    length = in.i64(0, Long.MAX_VALUE, "the length of a request");
    due = in.i64(0, Long.MAX_VALUE, "an emulated time");
    chain = from.loadChain(in);
    if (chain.writable() < STATUS_SIZE || length != room()) {
      throw in.wrong("has a request whose length is not that of its buffers");
    }
  }

  private long room() {
    return type.sendsData() ? chain.readable() : chain.writable() - STATUS_SIZE;
  }
}
