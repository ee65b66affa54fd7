package dev.virtio4j.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The first 512 bytes of an overlay's file. They are written once, when the file is made.
 * Big-endian:
 *
 * <pre>
 *     0  u8[8]  magic         "VIRTIO4J"
 *     8  u32    version       1
 *    12  u32    cluster bits  a cluster has 2^bits bytes: 9 to 16; fewer than 16 only in tests
 *    16  u64    id            random; log records of another file never fit
 *    24  u64    size          of the disk in bytes, until the log says otherwise
 *    32  u64    base size     of the base in bytes; 0 if there is none
 *    40  s64    base time     when the base was modified, in milliseconds since 1970
 *    48  u16    name length   in bytes
 *    50  u8[]   base name     the name of the base's file without its directory, UTF-8; for messages
 *   508  u32    checksum      CRC32C of the bytes before
 * </pre>
 *
 * @param clusterBits the binary logarithm of the cluster size
 * @param id the random number of the file
 * @param size of the disk in bytes
 * @param baseSize of the base in bytes; 0 if there is none
 * @param baseTime when the base was modified, in milliseconds since 1970
 * @param baseName the name of the base's file
 */
record OverlayHeader(
    int clusterBits, long id, long size, long baseSize, long baseTime, String baseName) {
  static final int SIZE = 512;

  /** What is wrong with any other file. */
  static final String NO_OVERLAY = "no overlay of virtio4j; name one, or the file's own format";

  private static final long MAGIC = 0x56495254_494F344AL;
  private static final int VERSION = 1;
  private static final int CLUSTER_BITS = 16;
  private static final int MIN_CLUSTER_BITS = 9;
  private static final int MAX_CLUSTER_BITS = 16;
  private static final int NAME_OFFSET = 50;
  private static final int CHECKSUM_OFFSET = SIZE - 4;

  /**
   * The header of a new file.
   *
   * @param size of the disk in bytes
   * @throws IllegalArgumentException if no overlay has that size
   * @throws IOException if the base can't be looked at
   */
  static OverlayHeader of(long size, Optional<BaseImage> base) throws IOException {
    return new OverlayHeader(
        CLUSTER_BITS,
        new SecureRandom().nextLong(),
        checkedSize(size, CLUSTER_BITS),
        base.isPresent() ? base.get().disk().size() : 0,
        base.isPresent() ? base.get().modified() : 0,
        base.map(BaseImage::name).orElse(""));
  }

  /** This one with another size of the disk, for another file. */
  OverlayHeader anew(long newSize) {
    return new OverlayHeader(
        clusterBits, new SecureRandom().nextLong(), newSize, baseSize, baseTime, baseName);
  }

  static long checkedSize(long size, int clusterBits) {
    if (size <= 0 || size % BlockBackend.SECTOR_SIZE != 0) {
      throw new IllegalArgumentException(
          "a disk has a positive multiple of 512 bytes, not " + size);
    }
    if ((size - 1) >>> clusterBits >= ClusterMap.LIMIT) {
      throw new IllegalArgumentException("an overlay has at most 64 TiB, not " + size + " bytes");
    }
    return size;
  }

  /** Whether there is a header, of whatever state and version, at the start of a file. */
  static boolean isIn(ImageFile file) throws IOException {
    ByteBuffer magic = ByteBuffer.allocate(Long.BYTES);
    if (file.size() < SIZE) {
      return false;
    }
    file.read(0, magic);
    return magic.getLong(0) == MAGIC;
  }

  /**
   * Reads the header of a file.
   *
   * @throws IOException with the reason if there is none, or one that this can't use
   */
  static OverlayHeader read(ImageFile file) throws IOException {
    if (!isIn(file)) {
      throw new IOException(NO_OVERLAY);
    }
    ByteBuffer bytes = ByteBuffer.allocate(SIZE);
    file.read(0, bytes);
    if (bytes.getInt(8) != VERSION) {
      throw new IOException("an overlay of version " + bytes.getInt(8) + ", not " + VERSION);
    }
    if (bytes.getInt(CHECKSUM_OFFSET) != checksum(bytes)) {
      throw new IOException("its header is damaged");
    }
    int nameLength = bytes.getShort(48);
    if (nameLength < 0 || nameLength > CHECKSUM_OFFSET - NAME_OFFSET) {
      throw new IOException("its header contradicts itself");
    }
    OverlayHeader header =
        new OverlayHeader(
            bytes.getInt(12),
            bytes.getLong(16),
            bytes.getLong(24),
            bytes.getLong(32),
            bytes.getLong(40),
            new String(bytes.array(), NAME_OFFSET, nameLength, StandardCharsets.UTF_8));
    header.check();
    return header;
  }

  private void check() throws IOException {
    if (clusterBits < MIN_CLUSTER_BITS
        || clusterBits > MAX_CLUSTER_BITS
        || baseSize < 0
        || baseName.chars().anyMatch(Character::isISOControl)) {
      throw new IOException("its header contradicts itself");
    }
    try {
      checkedSize(size, clusterBits);
    } catch (IllegalArgumentException e) {
      throw new IOException("its header contradicts itself: " + e.getMessage(), e);
    }
  }

  /** Writes it into an empty file, and an empty log behind it. */
  void write(ImageFile file) throws IOException {
    ByteBuffer bytes = bytes();
    int clusterSize = 1 << clusterBits;
    file.write(0, bytes);
    // An empty log is zeroes, and takes its space now: on a full disk there is still room to log.
    file.write((long) LogReader.FIRST_CLUSTER * clusterSize, ByteBuffer.allocate(clusterSize));
  }

  private ByteBuffer bytes() throws IOException {
    byte[] name = baseName.getBytes(StandardCharsets.UTF_8);
    if (name.length > CHECKSUM_OFFSET - NAME_OFFSET) {
      throw new IOException(baseName + ": the name is too long; give the base a shorter one");
    }
    ByteBuffer bytes = ByteBuffer.allocate(SIZE);
    bytes.putLong(MAGIC).putInt(VERSION).putInt(clusterBits).putLong(id);
    bytes.putLong(size).putLong(baseSize).putLong(baseTime);
    bytes.putShort((short) name.length).put(name);
    bytes.putInt(CHECKSUM_OFFSET, checksum(bytes));
    return bytes.clear();
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(0, CHECKSUM_OFFSET));
    return (int) crc.getValue();
  }

  /** What the first record of the log continues. */
  int seed() throws IOException {
    return bytes().getInt(CHECKSUM_OFFSET);
  }

  /** Whether there is a base. */
  boolean hasBase() {
    return baseSize > 0;
  }

  /**
   * Refuses any other base than the one that the file was made over.
   *
   * @throws IOException with the reason and a remedy
   */
  void checkBase(Optional<BaseImage> base) throws IOException {
    if (base.isEmpty() && hasBase()) {
      throw new IOException(
          "lies over a base, then named '" + baseName + "'; name the base, as by base=FILE");
    }
    if (base.isEmpty()) {
      return;
    }
    BaseImage image = base.get();
    if (!hasBase()) {
      throw new IOException("lies over no base; leave " + image.file() + " out");
    }
    if (image.disk().size() != baseSize) {
      throw new IOException(
          "lies over a base of %d bytes, then named '%s', and %s has %d; name the right one"
              .formatted(baseSize, baseName, image.file(), image.disk().size()));
    }
    if (image.modified() != baseTime) {
      throw new IOException(
          ("lies over '%s' as it was at %s, and %s was modified at %s: what is in the overlay no"
                  + " longer fits; if it is an exact copy, give it that time with touch -d")
              .formatted(
                  baseName,
                  Instant.ofEpochMilli(baseTime),
                  image.file(),
                  Instant.ofEpochMilli(image.modified())));
    }
  }
}
