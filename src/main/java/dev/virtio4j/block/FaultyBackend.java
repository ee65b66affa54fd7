package dev.virtio4j.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/**
 * A disk that goes wrong as planned, and is as another one otherwise. Requests are not merged on
 * their way to it, so that a fault hits those alone that it is meant for. Does not allocate but for
 * errors.
 */
public final class FaultyBackend implements BlockBackend {
  private final BlockBackend base;
  private final List<Fault> faults;

  /** For each fault, how many operations matched so far. */
  private final long[] matches;

  /**
   * Makes a disk that fails.
   *
   * @param base the disk that it is otherwise; closed with this one
   * @param plan what is to go wrong
   */
  public FaultyBackend(BlockBackend base, FaultPlan plan) {
    this.base = base;
    faults = plan.faults();
    matches = new long[faults.size()];
  }

  /**
   * The disk without faults.
   *
   * @return the disk that this one is otherwise
   */
  public BlockBackend base() {
    return base;
  }

  /**
   * How far the plan has got.
   *
   * @return for each fault how many operations matched so far, 0 or more
   */
  public long[] progress() {
    return matches.clone();
  }

  /**
   * Goes on where another disk with the same plan was.
   *
   * @param progress of that disk
   * @throws IllegalArgumentException if it is not of such a plan
   */
  public void resume(long[] progress) {
    if (progress.length != matches.length) {
      throw new IllegalArgumentException("the progress of another plan");
    }
    System.arraycopy(progress, 0, matches, 0, matches.length);
  }

  /** The fault that an operation meets; null for none. */
  private Fault next(Operation operation, long position, long length) {
    Fault first = null;
    for (int i = 0; i < matches.length; i++) {
      Fault fault = faults.get(i);
      if (fault.kind() != Fault.Kind.SLOW && strikes(i, operation, position, length)) {
        first = first == null ? fault : first;
      }
    }
    return first;
  }

  /** Whether a fault strikes; counts it. */
  private boolean strikes(int index, Operation operation, long position, long length) {
    Fault fault = faults.get(index);
    if (!fault.matches(operation, position, length)) {
      return false;
    }
    long before = matches[index]++;
    return before >= fault.after() && before - fault.after() < fault.count();
  }

  @Override
  public long delayNanos(Operation operation, long position, long length) {
    long nanos = base.delayNanos(operation, position, length);
    for (int i = 0; i < matches.length; i++) {
      Fault fault = faults.get(i);
      if (fault.kind() == Fault.Kind.SLOW && strikes(i, operation, position, length)) {
        nanos += fault.amount();
      }
    }
    return nanos;
  }

  @Override
  public long size() {
    return base.size();
  }

  @Override
  public void read(long position, ByteBuffer into) throws IOException {
    int length = into.remaining();
    Objects.checkFromIndexSize(position, length, size());
    Fault fault = next(Operation.READ, position, length);
    if (fault == null) {
      base.read(position, into);
    } else {
      base.read(position, into.limit(into.position() + (int) fault.moved(length)));
      throw fault.error();
    }
  }

  @Override
  public void write(long position, ByteBuffer from) throws IOException {
    int length = from.remaining();
    Objects.checkFromIndexSize(position, length, size());
    Fault fault = next(Operation.WRITE, position, length);
    if (fault == null) {
      base.write(position, from);
    } else {
      base.write(position, from.limit(from.position() + (int) fault.moved(length)));
      throw fault.error();
    }
  }

  @Override
  public void zero(long position, long length, boolean mayUnmap) throws IOException {
    Objects.checkFromIndexSize(position, length, size());
    Fault fault = next(Operation.ZERO, position, length);
    if (fault == null) {
      base.zero(position, length, mayUnmap);
    } else {
      base.zero(position, fault.moved(length), mayUnmap);
      throw fault.error();
    }
  }

  @Override
  public boolean isUnmapped(long position, long length) {
    return base.isUnmapped(position, length);
  }

  @Override
  public void flush() throws IOException {
    Fault fault = next(Operation.FLUSH, 0, 0);
    if (fault == null) {
      base.flush();
    } else if (fault.kind() != Fault.Kind.LOST) {
      throw fault.error();
    }
  }

  @Override
  public void resize(long size) throws IOException {
    base.resize(size);
  }

  @Override
  public boolean isReadOnly() {
    return base.isReadOnly();
  }

  @Override
  public void close() throws IOException {
    base.close();
  }
}
