package dev.virtio4j.block;

import java.io.IOException;
import java.util.BitSet;

/**
 * Which clusters of an overlay's file are free. One that is freed may be used again only when the
 * log on stable storage no longer names it: else a crash would bring it back with what another
 * cluster of the disk wrote there.
 */
final class FileClusters {
  private final BitSet free = new BitSet();
  private final BitSet freed = new BitSet();
  private int lowestFree;
  private int end;

  /**
   * Takes stock of a file.
   *
   * @param used the clusters in use; those between them are free
   */
  FileClusters(BitSet used) {
    end = used.length();
    free.set(0, end);
    free.andNot(used);
  }

  /**
   * Takes a free cluster, the first there is, so that what is written in order lies in order.
   *
   * @throws IOException if the file has no more
   */
  int allocate() throws IOException {
    int cluster = free.nextSetBit(lowestFree);
    if (cluster >= 0) {
      free.clear(cluster);
      lowestFree = cluster + 1;
      return cluster;
    }
    lowestFree = end;
    if (end == ClusterMap.LIMIT) {
      throw new IOException("the overlay's file has no clusters left");
    }
    return end++;
  }

  /** Takes back one that was allocated and never named in the log. */
  void takeBack(int cluster) {
    free.set(cluster);
    lowestFree = Math.min(lowestFree, cluster);
  }

  /** The disk no longer uses a cluster, but the log may still name it. */
  void free(int cluster) {
    freed.set(cluster);
  }

  /** The log on stable storage no longer names those that were freed: gives their space back. */
  void release(ImageFile file, int clusterBits) {
    for (int from = freed.nextSetBit(0); from >= 0; from = freed.nextSetBit(from)) {
      int to = freed.nextClearBit(from);
      file.discard((long) from << clusterBits, (long) (to - from) << clusterBits);
      free.set(from, to);
      lowestFree = Math.min(lowestFree, from);
      from = to;
    }
    freed.clear();
  }
}
