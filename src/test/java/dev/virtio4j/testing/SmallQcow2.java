package dev.virtio4j.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.airlift.compress.zstd.ZstdCompressor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;

/**
 * A qcow2 image made by hand, to be damaged. Clusters have 16 KiB. In the file are header, L1
 * table, L2 table, two clusters of data and a compressed one; on the disk:
 *
 * <pre>
 *   0  data        1  nothing        2  zeroes (data in version 2)        3  compressed        4  data
 * </pre>
 */
public final class SmallQcow2 {
  /** The size of a cluster, in bytes. */
  public static final int CLUSTER = 1 << 14;

  /** Where the L1 table is in the file; it has one entry. */
  public static final int L1 = CLUSTER;

  /** Where the L2 table is in the file. */
  public static final int L2 = 2 * CLUSTER;

  /** Where the two clusters of data are in the file. */
  public static final int DATA = 3 * CLUSTER;

  /** Where the compressed cluster is in the file. */
  public static final int PACKED = 5 * CLUSTER;

  /** The size of the disk, in bytes. */
  public static final int DISK_SIZE = 5 * CLUSTER;

  private final byte[] content = new byte[DISK_SIZE];
  private final ByteBuffer file;
  private final boolean extended;

  /**
   * Makes an image.
   *
   * @param version 2 or 3
   * @param zstd whether zstd compresses it; otherwise zlib
   * @param extended whether L2 entries are extended
   */
  public SmallQcow2(int version, boolean zstd, boolean extended) {
    this.extended = extended;
    byte[] packed = fillDisk(version, zstd);
    file = ByteBuffer.allocate(PACKED + packed.length);
    file.putInt(0, 0x514649FB).putInt(4, version).putInt(20, 14).putLong(24, DISK_SIZE);
    file.putInt(36, 1).putLong(40, L1);
    if (version == 3) {
      file.putLong(72, (zstd ? 1 << 3 : 0) | (extended ? 1 << 4 : 0));
      file.putInt(96, 4).putInt(100, 112).put(104, (byte) (zstd ? 1 : 0));
    }
    file.putLong(L1, 1L << 63 | L2);
    putEntry(0, 1L << 63 | DATA, 0xFFFF_FFFFL);
    if (extended) {
      putEntry(2, 0, 0xFFFF_FFFFL << 32);
    } else {
      putEntry(2, version == 3 ? 1 : 1L << 63 | (DATA + CLUSTER), 0);
    }
    putEntry(3, 1L << 62 | (long) ((packed.length - 1) / 512) << (62 - 6) | PACKED, 0);
    putEntry(4, 1L << 63 | (DATA + CLUSTER), 0xFFFF_FFFFL);
    file.put(DATA, content, 0, CLUSTER);
    file.put(DATA + CLUSTER, content, 4 * CLUSTER, CLUSTER);
    file.put(PACKED, packed);
  }

  private byte[] fillDisk(int version, boolean zstd) {
    new Random(4).nextBytes(content);
    Arrays.fill(content, CLUSTER, 3 * CLUSTER, (byte) 0);
    if (version == 2) {
      System.arraycopy(content, 4 * CLUSTER, content, 2 * CLUSTER, CLUSTER);
    }
    byte[] words = "a cluster that packs well; ".repeat(CLUSTER).getBytes(UTF_8);
    System.arraycopy(words, 0, content, 3 * CLUSTER, CLUSTER);
    return zstd ? zstd(words) : deflate(words);
  }

  private static byte[] zstd(byte[] cluster) {
    ZstdCompressor zstd = new ZstdCompressor();
    byte[] packed = new byte[zstd.maxCompressedLength(CLUSTER)];
    int length = zstd.compress(cluster, 0, CLUSTER, packed, 0, packed.length);
    return Arrays.copyOf(packed, length);
  }

  private static byte[] deflate(byte[] cluster) {
    Deflater deflater = new Deflater(9, true);
    deflater.setInput(cluster, 0, CLUSTER);
    deflater.finish();
    byte[] packed = new byte[CLUSTER];
    int length = deflater.deflate(packed);
    deflater.end();
    return Arrays.copyOf(packed, length);
  }

  /**
   * Changes an L2 entry.
   *
   * @param cluster whose
   * @param entry 64 bits
   * @param bitmap 64 bits more, if it is extended
   */
  public void putEntry(int cluster, long entry, long bitmap) {
    int size = extended ? 16 : 8;
    file.putLong(L2 + cluster * size, entry);
    if (extended) {
      file.putLong(L2 + cluster * size + 8, bitmap);
    }
  }

  /**
   * The file.
   *
   * @return all of it, to be changed
   */
  public ByteBuffer file() {
    return file;
  }

  /**
   * What the disk holds while nothing is changed.
   *
   * @return {@link #DISK_SIZE} bytes
   */
  public byte[] content() {
    return content;
  }
}
