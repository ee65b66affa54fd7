package dev.virtio4j.scenario;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A drive of a script's machine.
 *
 * @param sectors its size, in sectors of 512 bytes
 * @param readOnly whether writes fail
 * @param serial what GET_ID answers; empty for none
 * @param blockSize logical block size in bytes
 */
record Disk(int sectors, boolean readOnly, String serial, int blockSize) {
  static final int SECTOR = 512;

  static Disk parse(Line line) {
    int sectors = 256;
    boolean readOnly = false;
    String serial = "";
    int blockSize = SECTOR;
    for (String word : line.words().subList(1, line.words().size())) {
      String value = word.substring(word.indexOf('=') + 1);
      switch (word.substring(0, word.length() - value.length())) {
        case "sectors=" -> sectors = Integer.decode(value);
        case "serial=" -> serial = value;
        case "block=" -> blockSize = Integer.decode(value);
        case "" -> {
          if (!value.equals("readonly")) {
            throw line.error("no such option: " + word);
          }
          readOnly = true;
        }
        default -> throw line.error("no such option: " + word);
      }
    }
    return new Disk(sectors, readOnly, serial, blockSize);
  }

  byte[] content() {
    return like(0, sectors * SECTOR);
  }

  /**
   * What a new disk holds from a sector on: no two sectors are alike, nor a sector and itself moved
   * by some bytes.
   *
   * @param sector which; need not be one that exists
   * @param length in bytes
   * @return the bytes
   */
  static byte[] like(long sector, int length) {
    ByteBuffer words =
        ByteBuffer.allocate((length + Long.BYTES - 1) / Long.BYTES * Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    long word = sector * SECTOR / Long.BYTES;
    while (words.hasRemaining()) {
      long mixed = ++word * 0x9E3779B97F4A7C15L; // odd: a permutation of the numbers
      words.putLong(mixed ^ mixed >>> 29);
    }
    return Arrays.copyOf(words.array(), length);
  }
}
