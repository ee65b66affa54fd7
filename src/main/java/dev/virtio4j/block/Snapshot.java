package dev.virtio4j.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A disk that keeps every write in memory, over a base that is only read. What was written is gone
 * when it is closed.
 *
 * <p>Memory is taken in clusters, each copied from the base when a byte of it is first written. A
 * table of tables finds a cluster, so that a large disk of which little is written stays small.
 */
public final class Snapshot implements BlockBackend {
  private static final int CLUSTER_SIZE = 64 * 1024;
  private static final int TABLE_LENGTH = 1024;

  private final BlockBackend base;
  private final byte[][][] tables;

  /**
   * Makes a disk with the content of another.
   *
   * @param base the other; closed with this one
   */
  public Snapshot(BlockBackend base) {
    this.base = base;
    tables = new byte[Math.toIntExact(base.size() / CLUSTER_SIZE / TABLE_LENGTH + 1)][][];
  }

  @Override
  public long size() {
    return base.size();
  }

  @Override
  public void read(long position, ByteBuffer into) throws IOException {
    Objects.checkFromIndexSize(position, into.remaining(), size());
    int end = into.limit();
    for (long at = position; into.position() < end; ) {
      int offset = (int) (at % CLUSTER_SIZE);
      int length = Math.min(end - into.position(), CLUSTER_SIZE - offset);
      byte[] cluster = cluster(at);
      if (cluster == null) {
        base.read(at, into.limit(into.position() + length));
        into.limit(end);
      } else {
        into.put(cluster, offset, length);
      }
      at += length;
    }
  }

  @Override
  public void write(long position, ByteBuffer from) throws IOException {
    Objects.checkFromIndexSize(position, from.remaining(), size());
    for (long at = position; from.hasRemaining(); ) {
      int offset = (int) (at % CLUSTER_SIZE);
      int length = Math.min(from.remaining(), CLUSTER_SIZE - offset);
      byte[] cluster = cluster(at);
      if (cluster == null) {
        cluster = copyCluster(at);
      }
      from.get(cluster, offset, length);
      at += length;
    }
  }

  /** The cluster that holds a position; null if none of its bytes was written. */
  private byte[] cluster(long position) {
    byte[][] table = tables[tableIndex(position)];
    return table == null ? null : table[indexInTable(position)];
  }

  private byte[] copyCluster(long position) throws IOException {
    try {
      byte[] cluster = new byte[CLUSTER_SIZE];
      long start = position - position % CLUSTER_SIZE;
      int length = (int) Math.min(CLUSTER_SIZE, size() - start);
      base.read(start, ByteBuffer.wrap(cluster, 0, length));
      if (tables[tableIndex(position)] == null) {
        tables[tableIndex(position)] = new byte[TABLE_LENGTH][];
      }
      tables[tableIndex(position)][indexInTable(position)] = cluster;
      return cluster;
    } catch (OutOfMemoryError e) {
      // A guest that writes more than the host has memory for gets an error, and the host lives.
      throw new IOException("no memory left to keep what was written to the snapshot", e);
    }
  }

  private static int tableIndex(long position) {
    return (int) (position / CLUSTER_SIZE / TABLE_LENGTH);
  }

  private static int indexInTable(long position) {
    return (int) (position / CLUSTER_SIZE % TABLE_LENGTH);
  }

  @Override
  public void zero(long position, long length, boolean mayUnmap) throws IOException {
    Objects.checkFromIndexSize(position, length, size());
    ByteBuffer zeroes = ByteBuffer.allocate((int) Math.min(length, CLUSTER_SIZE));
    for (long done = 0; done < length; done += zeroes.limit()) {
      write(position + done, zeroes.clear().limit((int) Math.min(length - done, CLUSTER_SIZE)));
    }
  }

  @Override
  public void resize(long size) throws IOException {
    throw new IOException("the size of a snapshot is fixed");
  }

  @Override
  public void flush() {
    // Nothing here outlives the program.
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public void close() throws IOException {
    base.close();
  }
}
