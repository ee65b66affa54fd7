package dev.virtio4j.fuzz;

import dev.virtio4j.fuzz.ModelMemory.NotRam;
import dev.virtio4j.virtio.SpecProfile;
import java.nio.ByteBuffer;
import java.util.Set;

/** A request in the model: its header, and the chain that has the rest (0.9.5, Appendix D). */
final class ModelRequest {
  static final int HEADER = 16;
  static final int IN = 0;
  static final int OUT = 1;
  static final int SCSI_CMD = 2;
  static final int SCSI_CMD_OUT = 3;
  static final int FLUSH = 4;
  static final int FLUSH_OUT = 5;
  static final int GET_ID = 8;
  static final int DISCARD = 11;
  static final int WRITE_ZEROES = 13;
  static final int UNKNOWN = -1;

  /** All requests before it are done before it, and it before all later. */
  static final int BARRIER = 0x8000_0000;

  private static final Set<Integer> OLD_TYPES =
      Set.of(IN, OUT, SCSI_CMD, SCSI_CMD_OUT, FLUSH, FLUSH_OUT);
  private static final Set<Integer> LATER_TYPES = Set.of(GET_ID, DISCARD, WRITE_ZEROES);

  private final ModelChain chain;
  private final int type;
  private final boolean barrier;
  private final long sector;

  /** When it is carried out, in emulated nanoseconds. */
  private long due;

  /** Reads the header of a chain that has room for one. */
  ModelRequest(ModelChain chain, SpecProfile spec) throws NotRam {
    this.chain = chain;
    ByteBuffer header = chain.read(0, HEADER);
    int code = header.getInt(0) & ~BARRIER;
    type = isKnown(code, spec) ? code : UNKNOWN;
    barrier = (header.getInt(0) & BARRIER) != 0;
    sector = header.getLong(8);
  }

  static boolean isKnown(int code, SpecProfile spec) {
    return OLD_TYPES.contains(code) || (spec == SpecProfile.DEFAULT && LATER_TYPES.contains(code));
  }

  ModelChain chain() {
    return chain;
  }

  int type() {
    return type;
  }

  /** Whether it reads or writes the disk. */
  boolean transfers() {
    return type == IN || type == OUT;
  }

  boolean isScsi() {
    return type == SCSI_CMD || type == SCSI_CMD_OUT;
  }

  /** Whether what fails of it is a failed write. */
  boolean writes() {
    return type != IN && type != SCSI_CMD && type != GET_ID;
  }

  boolean isBarrier() {
    return barrier;
  }

  long sector() {
    return sector;
  }

  /** How many bytes the guest has for it, or wants of it. */
  long length() {
    return writes() ? chain.readable() - HEADER : chain.writable() - 1;
  }

  long due() {
    return due;
  }

  void setDue(long nanos) {
    due = nanos;
  }
}
