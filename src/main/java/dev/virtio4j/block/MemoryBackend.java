package dev.virtio4j.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/** A disk in the memory of the host program. Closing it has no effect. Does not allocate. */
public final class MemoryBackend implements BlockBackend {
  private byte[] bytes;
  private final boolean readOnly;

  /**
   * Makes a disk of an array.
   *
   * @param bytes the content of the disk, not a copy of it: writes change the array, until the disk
   *     is resized
   * @param readOnly whether writes fail
   * @throws IllegalArgumentException if the length is not a positive multiple of 512
   */
  public MemoryBackend(byte[] bytes, boolean readOnly) {
    checkSize(bytes.length);
    this.bytes = bytes;
    this.readOnly = readOnly;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void read(long position, ByteBuffer into) {
    int length = into.remaining();
    into.put(bytes, (int) Objects.checkFromIndexSize(position, length, size()), length);
  }

  @Override
  public void write(long position, ByteBuffer from) throws IOException {
    int length = from.remaining();
    int index = (int) Objects.checkFromIndexSize(position, length, size());
    checkWritable();
    from.get(bytes, index, length);
  }

  @Override
  public void zero(long position, long length, boolean mayUnmap) throws IOException {
    int index = (int) Objects.checkFromIndexSize(position, length, size());
    checkWritable();
    Arrays.fill(bytes, index, index + (int) length, (byte) 0);
  }

  @Override
  public void resize(long size) throws IOException {
    checkSize(size);
    checkWritable();
    bytes = Arrays.copyOf(bytes, (int) size);
  }

  private void checkWritable() throws IOException {
    if (readOnly) {
      throw new IOException("the disk in memory is read-only");
    }
  }

  private static void checkSize(long size) {
    if (size <= 0 || size % SECTOR_SIZE != 0 || size > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a disk in memory has a positive multiple of 512 bytes below 2 GiB, not " + size);
    }
  }

  @Override
  public void flush() {
    // The array is as stable as this disk gets.
  }

  @Override
  public boolean isReadOnly() {
    return readOnly;
  }

  @Override
  public void close() {
    // The array belongs to the caller.
  }
}
