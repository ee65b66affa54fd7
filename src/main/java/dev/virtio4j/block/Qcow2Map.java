package dev.virtio4j.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Where a qcow2 image keeps each piece of its disk.
 *
 * <pre>
 *   L1 table     an L2 table for each part of the disk, or 0
 *     L2 table   one cluster long; an entry for each guest cluster:
 *                bit 62         compressed; then the others are another layout
 *                bits 9 to 55   offset of a host cluster, or 0
 *                bit 0          reads as zeroes (version 3)
 *                and with extended entries, 64 bits more for 32 subclusters:
 *                bits 0 to 31   is in the host cluster     bits 32 to 63   reads as zeroes
 * </pre>
 *
 * <p>The L1 table is kept in memory, of the L2 tables as many pages as fit a small cache. Bits that
 * the format reserves are ignored, as QEMU does. Allocates only until the cache is full.
 */
final class Qcow2Map {
  /** {@link #locate}: on the backing file, or nowhere. */
  static final long UNALLOCATED = -1;

  /** {@link #locate}: zeroes. */
  static final long ZERO = -2;

  /** {@link #locate}: compressed. */
  static final long COMPRESSED = -3;

  private static final long OFFSET_MASK = 0x00FF_FFFF_FFFF_FE00L;
  private static final long COMPRESSED_FLAG = 1L << 62;
  private static final long ZERO_FLAG = 1;
  private static final int SUBCLUSTERS = 32;

  private static final int NO_TABLE = -1;

  private static final int PAGE_SIZE = 4096;
  private static final int PAGE_BITS = 10;
  private static final int NO_PAGE = 0; // the header is there

  /** Spreads over the cache what often lies a power of two apart (Fibonacci hashing). */
  private static final long KNUTH = 0x9E37_79B9_7F4A_7C15L;

  private final Path image;
  private final LockedFile file;
  private final Qcow2Header header;
  private final long clusterSize;
  private final ByteBuffer l1;

  /** The cache: a page of the file may be in one place only, which its offset gives. */
  private final long[] pageOffsets = new long[1 << PAGE_BITS];

  private final ByteBuffer[] pages = new ByteBuffer[1 << PAGE_BITS];
  private final int pageSize;

  Qcow2Map(Path image, LockedFile file, Qcow2Header header) throws IOException {
    this.image = image;
    this.file = file;
    this.header = header;
    clusterSize = 1L << header.clusterBits();
    pageSize = (int) Math.min(PAGE_SIZE, clusterSize);
    l1 = ByteBuffer.allocate(header.l1Entries() * Long.BYTES);
    file.read(header.l1Offset(), l1);
  }

  /** Pieces of this length, in bytes, are each kept in one way. */
  int unit() {
    return (int) (header.extendedL2() ? clusterSize / SUBCLUSTERS : clusterSize);
  }

  /**
   * Finds a byte of the disk, and with it all up to the end of its {@link #unit}.
   *
   * @param position on the disk, in bytes
   * @return its offset in the file, which may be beyond its end; or one of the constants, all below
   *     zero
   * @throws IOException with one line if the tables are damaged
   */
  long locate(long position) throws IOException {
    long offset = entryOffset(position);
    if (offset == NO_TABLE) {
      return UNALLOCATED;
    }
    long entry = load(offset);
    if ((entry & COMPRESSED_FLAG) != 0) {
      return COMPRESSED;
    }
    long host = entry & OFFSET_MASK;
    if (host % clusterSize != 0) {
      throw Qcow2.damaged(image, position, "its cluster is at " + host);
    }
    if (header.extendedL2()) {
      return locateSubcluster(position, host, load(offset + Long.BYTES));
    }
    if ((entry & ZERO_FLAG) != 0) {
      if (header.version() < 3) {
        throw Qcow2.damaged(image, position, "its cluster is marked as in version 3");
      }
      return ZERO;
    }
    return host == 0 ? UNALLOCATED : host + position % clusterSize;
  }

  private long locateSubcluster(long position, long host, long bitmap) throws IOException {
    long subcluster = position % clusterSize / unit();
    boolean allocated = (bitmap >>> subcluster & 1) != 0;
    boolean zero = (bitmap >>> (SUBCLUSTERS + subcluster) & 1) != 0;
    if (allocated && (zero || host == 0)) {
      throw Qcow2.damaged(image, position, "its subcluster contradicts its cluster");
    }
    if (zero) {
      return ZERO;
    }
    return allocated ? host + position % clusterSize : UNALLOCATED;
  }

  /**
   * The L2 entry for a byte of the disk that is {@link #COMPRESSED}.
   *
   * @return 64 bits
   */
  long entry(long position) throws IOException {
    return load(entryOffset(position));
  }

  /** Where the L2 entry for a byte of the disk is in the file. */
  private long entryOffset(long position) throws IOException {
    long perTable = clusterSize / header.l2EntrySize();
    long cluster = position / clusterSize;
    long table = l1.getLong((int) (cluster / perTable) * Long.BYTES) & OFFSET_MASK;
    if (table == 0) {
      return NO_TABLE;
    }
    if (table % clusterSize != 0 || table > header.fileSize() - clusterSize) {
      throw Qcow2.damaged(image, position, "its L2 table is at " + table);
    }
    return table + cluster % perTable * header.l2EntrySize();
  }

  private long load(long offset) throws IOException {
    long start = offset - offset % pageSize;
    int index = (int) ((start / pageSize * KNUTH) >>> (Long.SIZE - PAGE_BITS));
    if (pageOffsets[index] != start) {
      if (pages[index] == null) {
        pages[index] = ByteBuffer.allocate(pageSize);
      }
      pageOffsets[index] = NO_PAGE; // should reading it fail
      file.read(start, pages[index].clear());
      pageOffsets[index] = start;
    }
    return pages[index].getLong((int) (offset - start));
  }
}
