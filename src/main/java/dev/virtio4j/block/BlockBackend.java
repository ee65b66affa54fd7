package dev.virtio4j.block;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What holds the bytes of a disk. Its size changes only by {@link #resize}. Used by one thread at a
 * time.
 */
public interface BlockBackend extends Closeable {

  /** The unit of the size of a disk, in bytes. */
  int SECTOR_SIZE = 512;

  /** What one does with a disk. */
  enum Operation {
    /** {@link BlockBackend#read}. */
    READ,
    /** {@link BlockBackend#write}. */
    WRITE,
    /** {@link BlockBackend#zero}. */
    ZERO,
    /** {@link BlockBackend#flush}. */
    FLUSH
  }

  /**
   * The size of the disk.
   *
   * @return bytes, a positive multiple of {@link #SECTOR_SIZE}
   */
  long size();

  /**
   * Reads bytes.
   *
   * @param position where on the disk, in bytes; no alignment is needed
   * @param into is filled from its position to its limit; it may be used up in part when this fails
   * @throws IOException if the host could not read all of it
   * @throws IndexOutOfBoundsException if the range is not on the disk
   */
  void read(long position, ByteBuffer into) throws IOException;

  /**
   * Writes bytes. They are on stable storage only after the next {@link #flush}.
   *
   * @param position where on the disk, in bytes; no alignment is needed
   * @param from is written from its position to its limit; the disk may hold a part of it when this
   *     fails
   * @throws IOException if the host could not write all of it, or the disk is read-only
   * @throws IndexOutOfBoundsException if the range is not on the disk
   */
  void write(long position, ByteBuffer from) throws IOException;

  /**
   * Makes a range read as zeroes. As with a write, that is on stable storage only after the next
   * {@link #flush}.
   *
   * @param position where on the disk, in bytes; no alignment is needed
   * @param length how many bytes, 0 or more
   * @param mayUnmap whether the space that the range takes on the host is given back where the host
   *     can do that, so that a later write has to find space anew
   * @throws IOException if the host could not do all of it, or the disk is read-only; the range may
   *     be zeroed in part
   * @throws IndexOutOfBoundsException if the range is not on the disk
   */
  void zero(long position, long length, boolean mayUnmap) throws IOException;

  /**
   * Whether a range is known to be zeroes that take no space. What only the host's file system
   * knows does not count: it would not be the same on another host.
   *
   * @param position where on the disk, in bytes
   * @param length how many bytes, 1 or more
   * @return false if a part of it may take space
   * @throws IndexOutOfBoundsException if the range is not on the disk
   */
  default boolean isUnmapped(long position, long length) {
    return false;
  }

  /**
   * Changes the size of the disk. What it gains reads as zeroes; what it loses is gone.
   *
   * @param size bytes, a positive multiple of {@link #SECTOR_SIZE}
   * @throws IOException with one line if the host can't do it, the disk is read-only or of a kind
   *     whose size is fixed; it then has the size that it had
   * @throws IllegalArgumentException if the size is none for a disk
   */
  void resize(long size) throws IOException;

  /**
   * Up to how many bytes it pays to move in one call instead of several that follow each other on
   * the disk.
   *
   * @return bytes; 0 where a call costs next to nothing
   */
  default int mergeLimit() {
    return 0;
  }

  /**
   * How much longer than others a request is to take that is about to be carried out. Asked once
   * for each request, in their order; a device without a clock need not ask.
   *
   * @param operation what is about to be done
   * @param position where on the disk, in bytes; 0 for a flush, and for what has several places
   * @param length how many bytes; 0 in the same cases
   * @return emulated nanoseconds, 0 or more
   */
  default long delayNanos(Operation operation, long position, long length) {
    return 0;
  }

  /**
   * Puts everything that was written on stable storage.
   *
   * @throws IOException if it is not certain that everything is there
   */
  void flush() throws IOException;

  /**
   * Whether the disk can only be read.
   *
   * @return true if every write fails
   */
  boolean isReadOnly();

  /**
   * Gives back what the disk holds of the host. Does not flush. Closing again has no effect.
   *
   * @throws IOException if the host reports an error
   */
  @Override
  void close() throws IOException;
}
