package dev.virtio4j.virtio.blk;

import dev.virtio4j.virtio.DescriptorChain;
import java.nio.ByteBuffer;

/**
 * One request to a block device, as its buffers tell (0.9.5, Appendix D, "Device Operation"):
 *
 * <pre>
 *   struct virtio_blk_req {
 *     u32 type;      // device-readable
 *     u32 ioprio;    // a hint, not used
 *     u64 sector;
 *     char data[];   // device-readable for OUT, device-writable for the others
 *     u8 status;     // the last device-writable byte
 *   };
 * </pre>
 *
 * <p>Where descriptors end makes no difference. This knows the chain and no storage. One object is
 * used for all requests, one after the other.
 */
final class BlkRequest {
  static final int HEADER_SIZE = 16;
  static final int STATUS_SIZE = 1;

  /** VIRTIO_BLK_T_... */
  enum Type {
    IN,
    OUT,
    FLUSH,
    GET_ID,
    UNSUPPORTED;

    /** All requests before it are done before it, and it before all later: as is each of ours. */
    private static final int T_BARRIER = 0x8000_0000;

    static Type of(int code) {
      return switch (code & ~T_BARRIER) {
        case 0 -> IN;
        case 1 -> OUT;
        case 4, 5 -> FLUSH; // FLUSH_OUT is the same
        case 8 -> GET_ID;
        default -> UNSUPPORTED;
      };
    }
  }

  private DescriptorChain chain;
  private Type type;
  private long sector;
  private long length;

  /**
   * Whether a chain has room for what every request has.
   *
   * @return false if it is too short for header and status
   */
  static boolean isWhole(DescriptorChain chain) {
    return chain.readable() >= HEADER_SIZE && chain.writable() >= STATUS_SIZE;
  }

  /**
   * Reads the header, once.
   *
   * @param chain a whole one, from its start; it moves on as the request is executed
   * @throws dev.virtio4j.host.GuestMemoryException if the header is not in RAM
   */
  void parse(DescriptorChain chain) {
    this.chain = chain;
    type = Type.of(chain.read32());
    chain.read32(); // ioprio
    sector = chain.read64();
    length = type == Type.OUT ? chain.readable() : chain.writable() - STATUS_SIZE;
  }

  Type type() {
    return type;
  }

  /** Where on the disk it starts, in units of 512 bytes; 64 bits, unsigned. */
  long sector() {
    return sector;
  }

  /** How many bytes of data it has room for. */
  long length() {
    return length;
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
}
