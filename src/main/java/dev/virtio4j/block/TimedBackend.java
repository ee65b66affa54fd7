package dev.virtio4j.block;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A disk that measures how long another one takes, in wall-clock time. A call that fails counts,
 * too.
 */
public final class TimedBackend implements BlockBackend {
  private final BlockBackend backend;
  private final long[] calls = new long[Operation.values().length];
  private final long[] nanos = new long[Operation.values().length];

  /**
   * Measures a disk.
   *
   * @param backend the disk; closed with this one
   */
  public TimedBackend(BlockBackend backend) {
    this.backend = backend;
  }

  /**
   * How often something was done.
   *
   * @param operation what
   * @return calls
   */
  public long calls(Operation operation) {
    return calls[index(operation)];
  }

  /**
   * How long something took.
   *
   * @param operation what
   * @return nanoseconds of all its calls together
   */
  public long nanos(Operation operation) {
    return nanos[index(operation)];
  }

  private void count(Operation operation, long start) {
    calls[index(operation)]++;
    nanos[index(operation)] += System.nanoTime() - start;
  }

  @SuppressWarnings("EnumOrdinal") // arrays, since an EnumMap would box each count
  private static int index(Operation operation) {
    return operation.ordinal();
  }

  @Override
  public void read(long position, ByteBuffer into) throws IOException {
    long start = System.nanoTime();
    try {
      backend.read(position, into);
    } finally {
      count(Operation.READ, start);
    }
  }

  @Override
  public void write(long position, ByteBuffer from) throws IOException {
    long start = System.nanoTime();
    try {
      backend.write(position, from);
    } finally {
      count(Operation.WRITE, start);
    }
  }

  @Override
  public void zero(long position, long length, boolean mayUnmap) throws IOException {
    long start = System.nanoTime();
    try {
      backend.zero(position, length, mayUnmap);
    } finally {
      count(Operation.ZERO, start);
    }
  }

  @Override
  public boolean isUnmapped(long position, long length) {
    return backend.isUnmapped(position, length);
  }

  @Override
  public void flush() throws IOException {
    long start = System.nanoTime();
    try {
      backend.flush();
    } finally {
      count(Operation.FLUSH, start);
    }
  }

  @Override
  public long size() {
    return backend.size();
  }

  @Override
  public void resize(long size) throws IOException {
    backend.resize(size);
  }

  @Override
  public long delayNanos(Operation operation, long position, long length) {
    return backend.delayNanos(operation, position, length);
  }

  @Override
  public int mergeLimit() {
    return backend.mergeLimit();
  }

  @Override
  public boolean isReadOnly() {
    return backend.isReadOnly();
  }

  @Override
  public void close() throws IOException {
    backend.close();
  }
}
