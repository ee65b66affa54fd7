package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.BlkLockstep.require;

import dev.virtio4j.block.BlockBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * The disk of the device under test, or of the model: it fails when told to, and knows whether it
 * was flushed.
 */
final class HostDisk implements BlockBackend {
  private final boolean readOnly;
  private final int mergeLimit;
  private final HostFaults faults;
  private byte[] bytes;
  private boolean unflushed;

  HostDisk(byte[] bytes, boolean readOnly, int mergeLimit, HostFaults faults) {
    this.bytes = bytes;
    this.readOnly = readOnly;
    this.mergeLimit = mergeLimit;
    this.faults = faults;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Whether something was written that no flush has put on stable storage. */
  boolean unflushed() {
    return unflushed;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void read(long position, ByteBuffer into) throws IOException {
    int length = into.remaining();
    int index = (int) Objects.checkFromIndexSize(position, length, size());
    faults.read(position, length);
    into.put(bytes, index, length);
  }

  @Override
  public void write(long position, ByteBuffer from) throws IOException {
    require(!readOnly, "a write reached a read-only disk");
    int length = from.remaining();
    int index = (int) Objects.checkFromIndexSize(position, length, size());
    faults.write(position, length);
    from.get(bytes, index, length);
    unflushed = true;
  }

  @Override
  public void zero(long position, long length, boolean mayUnmap) throws IOException {
    require(!readOnly, "zeroes reached a read-only disk");
    int index = (int) Objects.checkFromIndexSize(position, length, size());
    faults.write(position, length);
    Arrays.fill(bytes, index, index + (int) length, (byte) 0);
    unflushed = true;
  }

  @Override
  public void resize(long size) throws IOException {
    if (readOnly) {
      throw new IOException("the disk is read-only");
    }
    bytes = Arrays.copyOf(bytes, (int) size);
  }

  @Override
  public int mergeLimit() {
    return mergeLimit;
  }

  @Override
  public void flush() throws IOException {
    faults.flush();
    unflushed = false;
  }

  @Override
  public boolean isReadOnly() {
    return readOnly;
  }

  @Override
  public void close() {}
}
