package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.BlkLockstep.require;

import dev.virtio4j.host.GuestMemoryException;
import dev.virtio4j.scsi.DataBuffers;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** An initiator's buffers, which see to it that a unit keeps within them. */
final class CdbBuffers implements DataBuffers {
  private final byte[] out;
  private final byte[] in;
  private final int pieceSize;

  /** How many bytes can be had before the memory ends. */
  private final long reachable;

  private int outDone;
  private int inDone;
  private ByteBuffer opened;

  /**
   * Makes buffers.
   *
   * @param out what the initiator sends
   * @param room how many bytes it takes
   * @param pieceSize how many of them lie together
   * @param reachable so many bytes are in its memory, in both directions together
   */
  CdbBuffers(byte[] out, int room, int pieceSize, long reachable) {
    this.out = out;
    in = new byte[room];
    this.pieceSize = pieceSize;
    this.reachable = reachable;
  }

  /** What came in. */
  byte[] in() {
    return Arrays.copyOf(in, inDone);
  }

  /** How many bytes were sent. */
  int sent() {
    return outDone;
  }

  private int piece(long limit, long remaining) {
    require(limit >= 1 && limit <= remaining, "more data asked for than there is");
    int length = (int) Math.min(limit, pieceSize);
    if (outDone + inDone + length > reachable) {
      throw new GuestMemoryException(outDone + inDone, length);
    }
    return length;
  }

  @Override
  public long outRemaining() {
    return (long) out.length - outDone;
  }

  @Override
  public ByteBuffer nextOut(long limit) {
    ByteBuffer piece = ByteBuffer.wrap(out, outDone, piece(limit, outRemaining())).slice();
    outDone += piece.remaining();
    return piece.asReadOnlyBuffer();
  }

  @Override
  public long inRemaining() {
    return (long) in.length - inDone;
  }

  @Override
  public ByteBuffer nextIn(long limit) {
    opened = ByteBuffer.wrap(in, inDone, piece(limit, inRemaining())).slice();
    return opened;
  }

  @Override
  public void commitIn() {
    require(opened != null, "data taken as filled that was not opened");
    inDone += opened.limit();
    opened = null;
  }
}
