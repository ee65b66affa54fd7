package dev.virtio4j.scsi;

import java.nio.ByteBuffer;

/**
 * The buffers of the initiator that a command moves its data through (SAM-5: Data-Out Buffer,
 * Data-In Buffer), as two streams. A front end gives windows on them, so that data is moved once.
 *
 * <p>Every access may throw {@link dev.virtio4j.host.GuestMemoryException} if the initiator named
 * memory that it doesn't have; it goes through the unit to the front end.
 */
public interface DataBuffers {

  /**
   * What is left of the Data-Out Buffer.
   *
   * @return bytes
   */
  long outRemaining();

  /**
   * Takes some of the next bytes that the initiator sends, as many as can be had at once.
   *
   * @param limit the most bytes wanted, from 1 to {@link #outRemaining}
   * @return a buffer with at least one byte remaining, valid until the next call
   */
  ByteBuffer nextOut(long limit);

  /**
   * What is left of the Data-In Buffer.
   *
   * @return bytes
   */
  long inRemaining();

  /**
   * Gives room for some of the next bytes that the initiator gets, as much as can be had at once:
   * until it is committed the same room again, with what was put there.
   *
   * @param limit the most bytes wanted, from 1 to {@link #inRemaining}
   * @return a buffer with room for at least one byte, to be filled to its limit and then
   *     {@linkplain #commitIn committed}; valid until the next call
   */
  ByteBuffer nextIn(long limit);

  /** Takes the buffer of the last {@link #nextIn} as filled. */
  void commitIn();
}
