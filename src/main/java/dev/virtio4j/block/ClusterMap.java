package dev.virtio4j.block;

import java.io.IOException;
import java.util.Arrays;

/**
 * Where in an overlay's file each cluster of its disk is: for each a file cluster, {@link #ZERO} or
 * {@link #BASE}. Remembers which entries changed since the last flush.
 *
 * <p>A table of tables, so that a large disk of which little is written takes little memory. Does
 * not allocate but for what is written for the first time.
 */
final class ClusterMap {
  /** The cluster is as in the base. Those behind {@link #baseEnd} are zeroes. */
  static final int BASE = 0;

  /** The cluster is zeroes. No data is ever at file cluster 1: the log begins there. */
  static final int ZERO = 1;

  private static final int TABLE_LENGTH = 1024;
  private static final int CHANGED = 1 << 31;

  /** What a file cluster's number and a disk's number of clusters stay below. */
  static final int LIMIT = 1 << 30;

  private final int clusterBits;
  private int[][] tables;
  private int[] changes = new int[TABLE_LENGTH];
  private int changeCount;
  private long size;
  private long baseEnd;

  /**
   * Makes the map of a disk of which nothing is written.
   *
   * @param size of the disk in bytes
   * @param baseSize of the base in bytes
   */
  ClusterMap(int clusterBits, long size, long baseSize) {
    this.clusterBits = clusterBits;
    this.size = size;
    baseEnd = Math.min(size, baseSize);
    tables = new int[tableCount(size)][];
  }

  private int tableCount(long size) {
    return (clusterAt(size - 1) / TABLE_LENGTH) + 1;
  }

  private int clusterAt(long position) {
    return (int) (position >>> clusterBits);
  }

  /** The size of the disk in bytes. */
  long size() {
    return size;
  }

  /** How many clusters the disk has; the last one may be there in part. */
  int clusters() {
    return clusterAt(size - 1) + 1;
  }

  /** The base shows through up to here: what the disk gains by {@link #resize} is zeroes. */
  long baseEnd() {
    return baseEnd;
  }

  int get(int cluster) {
    int[] table = tables[cluster / TABLE_LENGTH];
    return table == null ? BASE : table[cluster % TABLE_LENGTH] & ~CHANGED;
  }

  /** The first cluster from one on that is not {@link #BASE}; {@link #clusters} if none is. */
  int next(int cluster) {
    int end = clusters();
    for (int at = cluster; at < end; at++) {
      if (tables[at / TABLE_LENGTH] == null) {
        at |= TABLE_LENGTH - 1;
      } else if (get(at) != BASE) {
        return at;
      }
    }
    return end;
  }

  /**
   * Makes sure that {@link #put} has the memory that it needs.
   *
   * @throws IOException if the host has none left: a guest that writes more than there is memory
   *     for gets an error, and the host lives
   */
  void prepare(int cluster) throws IOException {
    try {
      if (tables[cluster / TABLE_LENGTH] == null) {
        tables[cluster / TABLE_LENGTH] = new int[TABLE_LENGTH];
      }
      if (changeCount == changes.length) {
        changes = Arrays.copyOf(changes, 2 * changeCount);
      }
    } catch (OutOfMemoryError e) {
      throw new IOException("no memory left for the map of an overlay", e);
    }
  }

  /** Changes an entry that was prepared. */
  void put(int cluster, int where) {
    int[] table = tables[cluster / TABLE_LENGTH];
    int index = cluster % TABLE_LENGTH;
    if (table[index] >= 0) {
      changes[changeCount++] = cluster;
    }
    table[index] = where | CHANGED;
  }

  /** Sets an entry that was prepared, as it is on stable storage. */
  void set(int cluster, int where) {
    tables[cluster / TABLE_LENGTH][cluster % TABLE_LENGTH] = where;
  }

  /** How many entries changed since {@link #clearChanges}. */
  int changeCount() {
    return changeCount;
  }

  /** The cluster whose entry changed, in the order of first changes. */
  int change(int index) {
    return changes[index];
  }

  /** All changes are on stable storage. */
  void clearChanges() {
    for (int i = 0; i < changeCount; i++) {
      tables[changes[i] / TABLE_LENGTH][changes[i] % TABLE_LENGTH] &= ~CHANGED;
    }
    changeCount = 0;
  }

  /**
   * Changes the size of the disk. No entry may have changed since {@link #clearChanges}.
   *
   * @throws IOException if the host has no memory left
   */
  void resize(long newSize) throws IOException {
    int end = clusterAt(newSize - 1) + 1;
    for (int lost = next(Math.min(end, clusters())); lost < clusters(); lost = next(lost)) {
      set(lost, BASE);
    }
    try {
      tables = Arrays.copyOf(tables, tableCount(newSize));
    } catch (OutOfMemoryError e) {
      throw new IOException("no memory left for the map of an overlay", e);
    }
    size = newSize;
    baseEnd = Math.min(baseEnd, newSize);
  }
}
