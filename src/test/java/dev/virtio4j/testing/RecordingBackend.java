package dev.virtio4j.testing;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.MemoryBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A disk in memory that notes what is asked of it, and fails on demand. */
public class RecordingBackend implements BlockBackend {
  /** What was asked: "read POSITION LENGTH", "flush", ... */
  public final List<String> calls = new ArrayList<>();

  /** Which calls fail. */
  public Predicate<String> fails = call -> false;

  /** How many bytes a write that fails has written. */
  public int failAfter;

  /** Of the backend. */
  public int mergeLimit;

  private final MemoryBackend disk;

  /**
   * Makes a disk of an array.
   *
   * @param bytes its content
   */
  public RecordingBackend(byte[] bytes) {
    disk = new MemoryBackend(bytes, false);
  }

  private void call(String call) throws IOException {
    calls.add(call);
    if (fails.test(call)) {
      throw new IOException("the host's disk is full");
    }
  }

  @Override
  public long size() {
    return disk.size();
  }

  @Override
  public int mergeLimit() {
    return mergeLimit;
  }

  @Override
  public void read(long position, ByteBuffer into) throws IOException {
    call("read " + position + " " + into.remaining());
    disk.read(position, into);
  }

  @Override
  public void write(long position, ByteBuffer from) throws IOException {
    try {
      call("write " + position + " " + from.remaining());
    } catch (IOException e) {
      disk.write(position, from.limit(from.position() + failAfter));
      throw e;
    }
    disk.write(position, from);
  }

  @Override
  public void zero(long position, long length, boolean mayUnmap) throws IOException {
    call("zero " + position + " " + length + (mayUnmap ? " unmap" : ""));
    disk.zero(position, length, mayUnmap);
  }

  @Override
  public void resize(long size) throws IOException {
    call("resize " + size);
    disk.resize(size);
  }

  @Override
  public void flush() throws IOException {
    call("flush");
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public void close() {}
}
