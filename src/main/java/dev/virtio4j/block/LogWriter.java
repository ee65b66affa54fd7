package dev.virtio4j.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.zip.CRC32C;

/**
 * Appends to the log of an overlay. What is appended at once may be cut off anywhere by a crash;
 * each record must therefore be true without those behind it. Does not allocate.
 */
final class LogWriter {

  /** What is to be appended. */
  @FunctionalInterface
  interface Records {
    /** Puts them, one after the other, by {@link LogWriter#put}. */
    void putInto(LogWriter log) throws IOException;
  }

  private final ImageFile file;
  private final FileClusters clusters;
  private final int clusterBits;
  private final ByteBuffer page;
  private final CRC32C crc = new CRC32C();
  private final SecureRandom random = new SecureRandom();

  /** Where the log ends: the cluster, the place in it, and the chain field of the last record. */
  private int cluster;

  private int end;
  private int chain;

  /** The part of the page up to {@link #end} that is not yet in the file begins here. */
  private int unwritten;

  /** Whether there may be records behind the end of the log that would follow it. */
  private boolean nonceDue = true;

  private boolean uncertain;

  /**
   * Goes on where a reader found the log's end.
   *
   * @param clusters for more of the log
   */
  LogWriter(ImageFile file, FileClusters clusters, int clusterBits, LogReader reader) {
    this.file = file;
    this.clusters = clusters;
    this.clusterBits = clusterBits;
    page = ByteBuffer.allocateDirect(1 << clusterBits);
    cluster = reader.cluster();
    end = reader.end();
    chain = reader.chain();
  }

  /**
   * Puts records on stable storage, and before them everything that was written to the file.
   *
   * @throws IOException if it is not certain that all are there; then none of them counts, and it
   *     can be tried again
   */
  void append(Records records) throws IOException {
    file.force();
    int oldCluster = cluster;
    int oldEnd = end;
    int oldChain = chain;
    uncertain = true;
    try {
      unwritten = end;
      if (nonceDue) {
        put(LogKind.NONCE, 0, random.nextInt(), random.nextInt());
      }
      records.putInto(this);
      writePage();
      file.force();
      nonceDue = false;
      uncertain = false;
    } finally {
      if (uncertain) {
        cluster = oldCluster;
        end = oldEnd;
        chain = oldChain;
        nonceDue = true;
      }
    }
  }

  /**
   * Whether an append failed and none succeeded since: some of its records may be on stable storage
   * until the next append.
   */
  boolean isUncertain() {
    return uncertain;
  }

  /** Puts a record; only while {@link #append} asks for them. */
  void put(LogKind kind, int count, int a, int b) throws IOException {
    if (end == page.capacity() - LogKind.RECORD_SIZE) {
      // A failed append leaves this cluster unused until the file is opened again.
      int next = clusters.allocate();
      putHere(LogKind.LINK, 0, 0, next);
      writePage();
      beginPage(next);
    }
    putHere(kind, count, a, b);
  }

  private void putHere(LogKind kind, int count, int a, int b) {
    kind.put(page.clear(), end, count, a, b, chain, crc);
    chain = LogKind.chain(page, end);
    end += LogKind.RECORD_SIZE;
  }

  /** Takes the space for a whole page at once: on a full disk there is still room to log. */
  private void beginPage(int next) throws IOException {
    page.clear();
    for (int i = 0; i < page.capacity(); i += Long.BYTES) {
      page.putLong(i, 0);
    }
    cluster = next;
    end = 0;
    unwritten = 0;
    file.write((long) cluster << clusterBits, page);
  }

  private void writePage() throws IOException {
    long position = ((long) cluster << clusterBits) + unwritten;
    file.write(position, page.clear().position(unwritten).limit(end));
    unwritten = end;
  }
}
