package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.BlkLockstep.require;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.MemoryBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** A disk that says whether it holds something that was not flushed. */
final class TrackedDisk implements BlockBackend {
  private final MemoryBackend backend;
  private final Consumer<Boolean> unflushed;

  /**
   * Makes a disk of an array.
   *
   * @param unflushed told true after a write, and false after a flush
   */
  TrackedDisk(byte[] bytes, boolean readOnly, Consumer<Boolean> unflushed) {
    backend = new MemoryBackend(bytes, readOnly);
    this.unflushed = unflushed;
  }

  @Override
  public long size() {
    return backend.size();
  }

  @Override
  public void read(long position, ByteBuffer into) {
    backend.read(position, into);
  }

  @Override
  public void write(long position, ByteBuffer from) throws IOException {
    require(!isReadOnly(), "a write reached a read-only disk");
    backend.write(position, from);
    unflushed.accept(true);
  }

  @Override
  public void zero(long position, long length, boolean mayUnmap) throws IOException {
    require(!isReadOnly(), "zeroes reached a read-only disk");
    backend.zero(position, length, mayUnmap);
    unflushed.accept(true);
  }

  @Override
  public void resize(long size) throws IOException {
    backend.resize(size);
  }

  @Override
  public void flush() {
    unflushed.accept(false);
  }

  @Override
  public boolean isReadOnly() {
    return backend.isReadOnly();
  }

  @Override
  public void close() {}
}
