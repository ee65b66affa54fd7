package dev.virtio4j.block;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The kinds of records in the log of an overlay. A record has 16 bytes, big-endian:
 *
 * <pre>
 *   u8  kind       below
 *   u24 count      of clusters, for MAP and ZERO
 *   u32 a, u32 b   below
 *   u32 chain      CRC32C of the chain field of the record before (of the header, for the first
 *                  record) and of the 12 bytes above
 * </pre>
 */
enum LogKind {
  // spotless:off
  /** Clusters a, a + 1, ... of the disk are at clusters b, b + 1, ... of the file. */
  MAP   (1),
  /** Clusters a, a + 1, ... of the disk are zeroes. */
  ZERO  (2),
  /** The disk has a * 2^32 + b sectors of 512 bytes. */
  SIZE  (3),
  /** a and b are random: whatever was behind this record before does not follow it. */
  NONCE (4),
  /** The log goes on at the start of cluster b of the file. The last record of each cluster. */
  LINK  (5),
  /** The overlay is being written into its base, which may have changed since. */
  COMMIT(6);
  // spotless:on

  /** The size of a record in bytes. */
  static final int RECORD_SIZE = 16;

  /** The most clusters that a record can name. */
  static final int MAX_COUNT = (1 << 24) - 1;

  private static final LogKind[] KINDS = values();
  private static final int CHAIN_OFFSET = 12;

  private final int code;

  LogKind(int code) {
    this.code = code;
  }

  /** The kind of a record whose chain field is right; null if there is none of that code. */
  static LogKind of(ByteBuffer page, int offset) {
    int code = page.get(offset);
    return code >= 1 && code <= KINDS.length ? KINDS[code - 1] : null;
  }

  /** Puts a record into a page. */
  void put(ByteBuffer page, int offset, int count, int a, int b, int before, CRC32C crc) {
    page.putInt(offset, (code << 24) | count);
    page.putInt(offset + 4, a);
    page.putInt(offset + 8, b);
    page.putInt(offset + CHAIN_OFFSET, chain(page, offset, before, crc));
  }

  /** What the chain field of a record is. */
  static int chain(ByteBuffer page, int offset) {
    return page.getInt(offset + CHAIN_OFFSET);
  }

  /** What the chain field of a record has to be. */
  static int chain(ByteBuffer page, int offset, int before, CRC32C crc) {
    crc.reset();
    for (int shift = 24; shift >= 0; shift -= 8) {
      crc.update(before >>> shift);
    }
    for (int i = 0; i < CHAIN_OFFSET; i++) {
      crc.update(page.get(offset + i));
    }
    return (int) crc.getValue();
  }
}
