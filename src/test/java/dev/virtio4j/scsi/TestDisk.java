package dev.virtio4j.scsi;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.MemoryBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A disk as large as a test wants, which holds 256 KiB, and its write cache. It counts flushes, and
 * fails or forgets what it was given where it is told to.
 */
final class TestDisk implements BlockBackend, WriteCache {
  private final MemoryBackend start;
  private final boolean readOnly;
  private long size;

  boolean cacheOn = true;
  boolean discard = true;
  long badByte = -1;
  boolean flushFails;
  boolean forgets;
  int flushes;

  /** Of the backend. */
  int mergeLimit;

  /** How much is mapped, from the start on, in bytes. */
  long mapped = Long.MAX_VALUE;

  /** What was zeroed, in bytes: "POSITION+LENGTH", or "POSITION+LENGTH unmap". */
  final List<String> zeroed = new ArrayList<>();

  boolean unflushed;

  TestDisk(long size, boolean readOnly) {
    this.size = size;
    this.readOnly = readOnly;
    start = new MemoryBackend(new byte[256 * 1024], false);
  }

  static TestDisk of(long size) {
    return new TestDisk(size, false);
  }

  DiskUnit unit() {
    return unit(512);
  }

  DiskUnit unit(int blockSize) {
    return unit("serial-1", new BlockLayout(blockSize, blockSize, 0, 0));
  }

  DiskUnit unit(WriteCache cache) {
    return new DiskUnit(
        this, cache, UnitIdentity.ofDisk("serial-1"), new BlockLayout(512, 512, 0, 0), discard);
  }

  DiskUnit unit(String serial, BlockLayout layout) {
    return new DiskUnit(this, this, UnitIdentity.ofDisk(serial), layout, discard);
  }

  private void check(long position, long length) throws IOException {
    Objects.checkFromIndexSize(position, length, size);
    if (badByte >= position && badByte < position + length) {
      throw new IOException("bad byte");
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(long position, ByteBuffer into) throws IOException {
    check(position, into.remaining());
    start.read(position, into);
  }

  @Override
  public void write(long position, ByteBuffer from) throws IOException {
    check(position, from.remaining());
    if (!forgets) {
      start.write(position, from);
    }
    unflushed = true;
  }

  @Override
  public void zero(long position, long length, boolean mayUnmap) throws IOException {
    check(position, length);
    if (position < start.size()) {
      start.zero(position, Math.min(length, start.size() - position), mayUnmap);
    }
    zeroed.add("%d+%d%s".formatted(position, length, mayUnmap ? " unmap" : ""));
    unflushed = true;
  }

  @Override
  public boolean isUnmapped(long position, long length) {
    return Objects.checkFromIndexSize(position, length, size) >= mapped;
  }

  @Override
  public int mergeLimit() {
    return mergeLimit;
  }

  @Override
  public void resize(long newSize) {
    size = newSize;
  }

  @Override
  public void flush() throws IOException {
    if (flushFails) {
      throw new IOException("no flush");
    }
    flushes++;
    unflushed = false;
  }

  @Override
  public boolean isReadOnly() {
    return readOnly;
  }

  @Override
  public void close() {}

  @Override
  public boolean isOn() {
    return cacheOn;
  }

  @Override
  public boolean isOnByDefault() {
    return true;
  }
}
