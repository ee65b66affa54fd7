package dev.virtio4j.scenario;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A drive of a script's machine, on its own or on a SCSI host.
 *
 * @param sectors its size, in sectors of 512 bytes
 * @param readOnly whether writes fail
 * @param options what else the script says of it, by QEMU's names where QEMU has it
 */
record Disk(int sectors, boolean readOnly, Map<String, String> options) implements Device {
  static final int SECTOR = 512;

  /** Properties of QEMU's device. */
  static final Set<String> PROPERTIES =
      Set.of(
          "serial",
          "logical_block_size",
          "physical_block_size",
          "min_io_size",
          "opt_io_size",
          "cyls",
          "heads",
          "secs",
          "num-queues",
          "queue-size");

  /** Properties of QEMU's drive. */
  static final Set<String> DRIVE_PROPERTIES = Set.of("cache", "discard");

  /** What QEMU has not. */
  private static final Set<String> OURS = Set.of("spec", "latency");

  static Disk parse(Line line) {
    return parse(line, line.words().subList(1, line.words().size()));
  }

  static Disk parse(Line line, List<String> words) {
    int sectors = 256;
    boolean readOnly = false;
    Map<String, String> options = new LinkedHashMap<>();
    for (String word : words) {
      String value = word.substring(word.indexOf('=') + 1);
      String name = word.substring(0, Math.max(0, word.length() - value.length() - 1));
      if (name.equals("sectors")) {
        sectors = Integer.decode(value);
      } else if (word.equals("readonly")) {
        readOnly = true;
      } else if (PROPERTIES.contains(name)
          || DRIVE_PROPERTIES.contains(name)
          || OURS.contains(name)) {
        options.put(name, value);
      } else {
        throw line.error("no such option: " + word);
      }
    }
    return new Disk(sectors, readOnly, options);
  }

  /** The value of an option that is a number. */
  int number(String name, int otherwise) {
    return options.containsKey(name) ? Integer.decode(options.get(name)) : otherwise;
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
