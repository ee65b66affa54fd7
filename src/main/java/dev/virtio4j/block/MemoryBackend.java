package dev.virtio4j.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A disk in the memory of the host program. Closing it has no effect. Does not allocate. */
public final class MemoryBackend implements BlockBackend {
  private final byte[] bytes;
  private final boolean readOnly;

  /**
   * Makes a disk of an array.
   *
   * @param bytes the content of the disk, not a copy of it: writes change the array
   * @param readOnly whether writes fail
   * @throws IllegalArgumentException if the length is not a positive multiple of 512
   */
  public MemoryBackend(byte[] bytes, boolean readOnly) {
    if (bytes.length == 0 || bytes.length % SECTOR_SIZE != 0) {
      throw new IllegalArgumentException(
          "a disk has a positive multiple of 512 bytes, not " + bytes.length);
    }
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
    if (readOnly) {
      throw new IOException("the disk in memory is read-only");
    }
    from.get(bytes, index, length);
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
