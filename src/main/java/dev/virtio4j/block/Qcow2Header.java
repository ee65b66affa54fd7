package dev.virtio4j.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The header of a qcow2 image, as far as reading the disk needs it. Numbers are big-endian:
 *
 * <pre>
 *     0  u32 magic                     40  u64 l1_table_offset
 *     4  u32 version: 2, 3                 ... refcounts, snapshots: of no use for reading
 *     8  u64 backing_file_offset           version 3 alone:
 *    16  u32 backing_file_size         72  u64 incompatible_features
 *    20  u32 cluster_bits                  ... other features, refcounts
 *    24  u64 size of the disk         100  u32 header_length
 *    32  u32 crypt_method             104  u8  compression_type, if the header is that long
 *    36  u32 l1_size, entries
 * </pre>
 *
 * @param fileSize how many bytes the file has
 * @param version 2 or 3
 * @param clusterBits 9 to 21: a cluster has 2 to the power of this many bytes
 * @param size of the disk, in bytes
 * @param l1Offset where the L1 table begins in the file; all entries that the disk needs are in the
 *     file
 * @param zstd whether clusters are compressed by zstd; otherwise by zlib
 * @param extendedL2 whether L2 entries have a bitmap of subclusters
 * @param backing the recorded name of the backing file; null for an image that has none
 */
record Qcow2Header(
    long fileSize,
    int version,
    int clusterBits,
    long size,
    long l1Offset,
    boolean zstd,
    boolean extendedL2,
    String backing) {
  private static final int MAGIC = 'Q' << 24 | 'F' << 16 | 'I' << 8 | 0xFB;
  private static final int V3_LENGTH = 104;
  private static final int LENGTH = 105;

  private static final int MIN_CLUSTER_BITS = 9;
  private static final int MAX_CLUSTER_BITS = 21;
  private static final int MIN_EXTENDED_CLUSTER_BITS = 14;
  private static final int MAX_BACKING_NAME = 1023;

  /** What QEMU takes at most: 32 MiB. */
  private static final long MAX_L1_ENTRIES = 4 << 20;

  // The incompatible features.
  private static final long DIRTY = 1; // reference counts may be wrong, which no reader minds
  private static final long CORRUPT = 1 << 1;
  private static final long EXTERNAL_DATA = 1 << 2;
  private static final long COMPRESSION_TYPE = 1 << 3;
  private static final long EXTENDED_L2 = 1 << 4;
  private static final long KNOWN =
      DIRTY | CORRUPT | EXTERNAL_DATA | COMPRESSION_TYPE | EXTENDED_L2;

  /**
   * Reads and checks the header.
   *
   * @param image the name of the file
   * @param file its bytes
   * @return the header
   * @throws IOException with one line if this is no qcow2 image, or none that can be read here
   */
  static Qcow2Header read(Path image, LockedFile file) throws IOException {
    long fileSize = file.size();
    ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
    file.read(0, bytes.limit((int) Math.min(LENGTH, fileSize)));
    bytes.limit(LENGTH); // what the file does not have is zero, and refused for that
    if (bytes.getInt(0) != MAGIC) {
      throw new IOException(image + ": no qcow2 image; say with format= what the file is");
    }
    int version = bytes.getInt(4);
    require(
        image,
        version == 2 || version == 3,
        "qcow2 version " + Integer.toUnsignedString(version) + "; versions 2 and 3 can be read");
    long features = version == 2 ? 0 : bytes.getLong(72);
    checkFeatures(image, features);
    require(image, bytes.getInt(32) == 0, "encrypted; decrypt it with qemu-img convert first");

    boolean extendedL2 = (features & EXTENDED_L2) != 0;
    int clusterBits = bytes.getInt(20);
    require(
        image,
        clusterBits >= (extendedL2 ? MIN_EXTENDED_CLUSTER_BITS : MIN_CLUSTER_BITS)
            && clusterBits <= MAX_CLUSTER_BITS,
        damaged("clusters of 2^" + Integer.toUnsignedString(clusterBits) + " bytes"));
    // As QEMU does, what comes after the last whole sector is left out.
    long size = bytes.getLong(24) / BlockBackend.SECTOR_SIZE * BlockBackend.SECTOR_SIZE;
    require(image, size > 0, "a disk of less than a sector, or of more than 2^63 bytes");

    long l1Offset = bytes.getLong(40);
    long needed = l1Entries(clusterBits, extendedL2, size);
    require(
        image,
        needed <= MAX_L1_ENTRIES && needed <= Integer.toUnsignedLong(bytes.getInt(36)),
        damaged("its L1 table does not fit a disk of " + size + " bytes"));
    require(
        image,
        l1Offset > 0
            && l1Offset % (1L << clusterBits) == 0
            && l1Offset <= fileSize - needed * Long.BYTES,
        damaged("its L1 table is not in the file"));
    return new Qcow2Header(
        fileSize,
        version,
        clusterBits,
        size,
        l1Offset,
        isZstd(image, version, features, bytes),
        extendedL2,
        backing(image, file, bytes, Math.min(1L << clusterBits, fileSize)));
  }

  private static void checkFeatures(Path image, long features) throws IOException {
    require(image, (features & CORRUPT) == 0, "marked corrupt; mend it with qemu-img check -r all");
    require(
        image,
        (features & EXTERNAL_DATA) == 0,
        "its data is in another file; make one image of both with qemu-img convert");
    long unknown = features & ~KNOWN;
    require(
        image,
        unknown == 0,
        "needs the unknown incompatible feature bit " + Long.numberOfTrailingZeros(unknown));
  }

  private static boolean isZstd(Path image, int version, long features, ByteBuffer bytes)
      throws IOException {
    if (version == 2) {
      return false;
    }
    int length = bytes.getInt(100);
    require(
        image,
        length >= V3_LENGTH && length % 8 == 0,
        damaged("its header has " + Integer.toUnsignedString(length) + " bytes"));
    int type = length > V3_LENGTH ? Byte.toUnsignedInt(bytes.get(104)) : 0;
    require(image, type <= 1, "compressed by an unknown method, type " + type);
    require(
        image,
        (type == 1) == ((features & COMPRESSION_TYPE) != 0),
        damaged("its compression type contradicts its feature bits"));
    return type == 1;
  }

  /** The name is in the first cluster, without a zero at its end. */
  private static String backing(Path image, LockedFile file, ByteBuffer bytes, long end)
      throws IOException {
    long offset = bytes.getLong(8);
    int length = bytes.getInt(16);
    if (offset == 0 || length == 0) {
      return null;
    }
    require(
        image,
        length >= 0 && length <= MAX_BACKING_NAME && offset > 0 && offset <= end - length,
        damaged("the name of its backing file is not in its first cluster"));
    ByteBuffer name = ByteBuffer.allocate(length);
    file.read(offset, name);
    return new String(name.array(), StandardCharsets.UTF_8)
        .replaceAll("\\p{C}|\\p{Zl}|\\p{Zp}", "?");
  }

  private static String damaged(String how) {
    return how + "; the image is damaged";
  }

  private static void require(Path image, boolean holds, String otherwise) throws IOException {
    if (!holds) {
      throw new IOException(image + ": " + otherwise);
    }
  }

  /** How many bytes an L2 entry has. */
  int l2EntrySize() {
    return l2EntrySize(extendedL2);
  }

  private static int l2EntrySize(boolean extended) {
    return extended ? 2 * Long.BYTES : Long.BYTES;
  }

  /** How many entries of the L1 table the disk needs; there may be more of them in the file. */
  int l1Entries() {
    return (int) l1Entries(clusterBits, extendedL2, size);
  }

  private static long l1Entries(int clusterBits, boolean extendedL2, long size) {
    long bytesMapped = (1L << (2 * clusterBits)) / l2EntrySize(extendedL2);
    return (size - 1) / bytesMapped + 1;
  }
}
