package dev.virtio4j.block;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The file that an image is in, as far as the image's format needs it. What is done to it is on
 * stable storage after the next {@link #force}; before that any part of it may be, in any order.
 */
interface ImageFile extends Closeable {

  /** The size in bytes. */
  long size() throws IOException;

  /** Fills a buffer; the range lies in the file. */
  void read(long position, ByteBuffer into) throws IOException;

  /** Writes all of a buffer; the file grows as needed. A part may be written when this fails. */
  void write(long position, ByteBuffer from) throws IOException;

  /** Makes a range of the file read as zeroes; see {@link BlockBackend#zero}. */
  void zero(long position, long length, boolean mayUnmap) throws IOException;

  /** Gives a range of the file back to the host where it can take it. Nobody reads it again. */
  void discard(long position, long length);

  /** Puts everything on stable storage. */
  void force() throws IOException;

  /** Whether it is open for reading only. */
  boolean isReadOnly();
}
