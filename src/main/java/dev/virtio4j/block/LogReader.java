package dev.virtio4j.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.zip.CRC32C;

/**
 * Reads the log of an overlay from its start to the first record that does not check out, which is
 * where it ends: a crash may have left anything behind that.
 */
final class LogReader {
  /** The cluster of the file where the log begins. */
  static final int FIRST_CLUSTER = 1;

  private final ImageFile file;
  private final int clusterBits;
  private final ByteBuffer page;
  private final CRC32C crc = new CRC32C();
  private final BitSet clusters = new BitSet();
  private int cluster = FIRST_CLUSTER;
  private int offset;
  private int end;
  private int chain;
  private LogKind kind;
  private int records;

  /**
   * Begins to read.
   *
   * @param seed the checksum of the file's header
   */
  LogReader(ImageFile file, int clusterBits, int seed) throws IOException {
    this.file = file;
    this.clusterBits = clusterBits;
    page = ByteBuffer.allocate(1 << clusterBits);
    chain = seed;
    readPage();
  }

  /** Reads a cluster of the log. What is behind the end of the file is zeroes, and no record. */
  private void readPage() throws IOException {
    clusters.set(cluster);
    end = 0;
    long position = (long) cluster << clusterBits;
    int length = (int) Math.max(0, Math.min(page.capacity(), file.size() - position));
    Arrays.fill(page.array(), (byte) 0);
    file.read(position, page.clear().limit(length));
    page.clear();
  }

  /**
   * Goes on to the next record, over links.
   *
   * @return false at the end of the log
   * @throws IOException if the file can't be read, or holds what no writer writes
   */
  boolean next() throws IOException {
    while (LogKind.chain(page, end) == LogKind.chain(page, end, chain, crc)) {
      offset = end;
      kind = LogKind.of(page, offset);
      boolean last = offset == page.capacity() - LogKind.RECORD_SIZE;
      if (kind == null || (kind == LogKind.LINK) != last) {
        throw new IOException("record " + records + " of the log is of no kind that fits there");
      }
      records++;
      chain = LogKind.chain(page, offset);
      end += LogKind.RECORD_SIZE;
      if (kind != LogKind.LINK) {
        return true;
      }
      follow(b());
    }
    return false;
  }

  private void follow(int link) throws IOException {
    if (link <= FIRST_CLUSTER || link >= ClusterMap.LIMIT || clusters.get(link)) {
      throw new IOException("the log goes on at cluster " + link + ", where it can't be");
    }
    cluster = link;
    readPage();
  }

  LogKind kind() {
    return kind;
  }

  int count() {
    return page.getInt(offset) & LogKind.MAX_COUNT;
  }

  int a() {
    return page.getInt(offset + 4);
  }

  int b() {
    return page.getInt(offset + 8);
  }

  /** How many records were read. */
  int records() {
    return records;
  }

  /** The clusters of the file that the log is in, as far as it was read. */
  BitSet clusters() {
    return clusters;
  }

  /** The cluster of the file in which the log ends. */
  int cluster() {
    return cluster;
  }

  /** Where in that cluster the log ends. */
  int end() {
    return end;
  }

  /** The chain field of the last record. */
  int chain() {
    return chain;
  }

  /** Whether there is something behind the end of the log. */
  boolean hasTail() {
    for (int i = end; i < page.capacity(); i++) {
      if (page.get(i) != 0) {
        return true;
      }
    }
    return false;
  }
}
