package dev.virtio4j.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A disk with a write cache that forgets when the power fails: what was written is in memory alone
 * until the next flush, or until the cache is full. It shows what a guest or device relies on that
 * was never flushed. For tests: it allocates, and a block of which a part is written is read first.
 */
public final class VolatileCache implements BlockBackend {
  private static final int BLOCK_SIZE = 4096;

  /** 64 MiB. */
  private static final int MAX_BLOCKS = 16 * 1024;

  private final BlockBackend base;

  /** What the base does not have yet, by the numbers of blocks. */
  private final NavigableMap<Long, byte[]> blocks = new TreeMap<>();

  /**
   * Puts a cache before a disk.
   *
   * @param base the disk; closed with this one
   */
  public VolatileCache(BlockBackend base) {
    this.base = base;
  }

  /** Forgets all that was not flushed, as when the power fails. */
  public void crash() {
    blocks.clear();
  }

  @Override
  public long size() {
    return base.size();
  }

  @Override
  public void read(long position, ByteBuffer into) throws IOException {
    int start = into.position();
    int length = into.remaining();
    base.read(position, into);
    touched(position, length)
        .forEach(
            (number, block) -> {
              long from = Math.max(position, number * BLOCK_SIZE);
              long to = Math.min(position + length, (number + 1) * BLOCK_SIZE);
              into.put(
                  start + (int) (from - position),
                  block,
                  (int) (from % BLOCK_SIZE),
                  (int) (to - from));
            });
  }

  @Override
  public void write(long position, ByteBuffer from) throws IOException {
    Objects.checkFromIndexSize(position, from.remaining(), size());
    if (isReadOnly()) {
      base.write(position, from); // fails, in its own words
    }
    for (long at = position; from.hasRemaining(); ) {
      int offset = (int) (at % BLOCK_SIZE);
      int count = Math.min(from.remaining(), BLOCK_SIZE - offset);
      from.get(block(at / BLOCK_SIZE), offset, count);
      at += count;
    }
  }

  /** A block that is about to be changed. */
  private byte[] block(long number) throws IOException {
    byte[] block = blocks.get(number);
    if (block == null) {
      if (blocks.size() == MAX_BLOCKS) {
        writeBack();
      }
      block = new byte[BLOCK_SIZE];
      base.read(number * BLOCK_SIZE, wrap(number, block));
      blocks.put(number, block);
    }
    return block;
  }

  /** The part of a block that is on the disk: the last one may be cut short. */
  private ByteBuffer wrap(long number, byte[] block) {
    return ByteBuffer.wrap(block, 0, (int) Math.min(BLOCK_SIZE, size() - number * BLOCK_SIZE));
  }

  private NavigableMap<Long, byte[]> touched(long position, long length) {
    return blocks.subMap(
        position / BLOCK_SIZE, true, (position + length + BLOCK_SIZE - 1) / BLOCK_SIZE, false);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Goes past the cache.
   */
  @Override
  public void zero(long position, long length, boolean mayUnmap) throws IOException {
    base.zero(position, length, mayUnmap);
    touched(position, length)
        .forEach(
            (number, block) -> {
              long start = number * BLOCK_SIZE;
              Arrays.fill(
                  block,
                  (int) Math.max(0, position - start),
                  (int) Math.min(BLOCK_SIZE, position + length - start),
                  (byte) 0);
            });
  }

  private void writeBack() throws IOException {
    for (Map.Entry<Long, byte[]> entry : blocks.entrySet()) {
      base.write(entry.getKey() * BLOCK_SIZE, wrap(entry.getKey(), entry.getValue()));
    }
    blocks.clear();
  }

  @Override
  public void flush() throws IOException {
    writeBack();
    base.flush();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Empties the cache first.
   */
  @Override
  public void resize(long size) throws IOException {
    writeBack();
    base.resize(size);
  }

  @Override
  public int mergeLimit() {
    return base.mergeLimit();
  }

  @Override
  public long delayNanos(Operation operation, long position, long length) {
    return base.delayNanos(operation, position, length);
  }

  @Override
  public boolean isReadOnly() {
    return base.isReadOnly();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Nothing is lost: that is {@link #crash}.
   */
  @Override
  public void close() throws IOException {
    try {
      writeBack();
    } finally {
      base.close();
    }
  }
}
