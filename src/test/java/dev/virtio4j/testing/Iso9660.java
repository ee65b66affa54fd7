package dev.virtio4j.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A CD-ROM image with one file (ECMA-119, level 1). Numbers stand in it as little-endian and then
 * as big-endian, but for the path tables, of which there is one of each.
 */
public final class Iso9660 {
  private static final int SECTOR = 2048;

  // The sectors, in their order.
  private static final int DESCRIPTOR = 16;
  private static final int TERMINATOR = 17;
  private static final int LITTLE_PATHS = 18;
  private static final int BIG_PATHS = 19;
  private static final int ROOT = 20;
  private static final int FILE = 21;

  private static final int PATHS_LENGTH = 10;
  private static final int IS_DIRECTORY = 2;

  private final ByteBuffer image;

  private Iso9660(int fileLength) {
    image = ByteBuffer.allocate((FILE + (fileLength + SECTOR - 1) / SECTOR) * SECTOR);
  }

  /**
   * Makes an image.
   *
   * @param label of the volume: capital letters, digits and underscores, at most 32
   * @param name of the file: eight of those, a full stop, and three more
   * @param content of the file
   * @return the image
   */
  public static byte[] of(String label, String name, byte[] content) {
    Iso9660 iso = new Iso9660(content.length);
    iso.putDescriptors(label);
    iso.image.position(LITTLE_PATHS * SECTOR);
    iso.putPaths(ByteOrder.LITTLE_ENDIAN);
    iso.image.position(BIG_PATHS * SECTOR);
    iso.putPaths(ByteOrder.BIG_ENDIAN);
    iso.image.position(ROOT * SECTOR);
    iso.putRecord("\0", ROOT, SECTOR, IS_DIRECTORY);
    iso.putRecord("\1", ROOT, SECTOR, IS_DIRECTORY);
    iso.putRecord(name + ";1", FILE, content.length, 0);
    iso.image.position(FILE * SECTOR).put(content);
    return iso.image.array();
  }

  /** 8.4: the primary volume descriptor; 8.3: what ends the descriptors. */
  private void putDescriptors(String label) {
    image.position(DESCRIPTOR * SECTOR);
    image.put((byte) 1).put(text("CD001", 5)).put((byte) 1).put((byte) 0);
    image.put(text("", 32)).put(text(label, 32)).putLong(0);
    putBoth32(image.capacity() / SECTOR);
    image.position(image.position() + 32);
    putBoth16(1); // volumes in the set
    putBoth16(1); // of which this is the first
    putBoth16(SECTOR);
    putBoth32(PATHS_LENGTH);
    image.putInt(Integer.reverseBytes(LITTLE_PATHS)).putInt(0).putInt(BIG_PATHS).putInt(0);
    putRecord("\0", ROOT, SECTOR, IS_DIRECTORY);
    image.put(text("", 4 * 128 + 3 * 37)); // by whom, by what, and further files about it
    for (int time = 0; time < 4; time++) {
      image.put("0".repeat(16).getBytes(US_ASCII)).put((byte) 0); // not specified
    }
    image.put((byte) 1); // the version of this structure
    image.position(TERMINATOR * SECTOR).put((byte) 0xFF).put(text("CD001", 5)).put((byte) 1);
  }

  /** 9.4: the root directory is the only one. */
  private void putPaths(ByteOrder order) {
    image.order(order).put((byte) 1).put((byte) 0).putInt(ROOT).putShort((short) 1);
    image.put((byte) 0).put((byte) 0).order(ByteOrder.BIG_ENDIAN);
  }

  /** 9.1: a directory record. */
  private void putRecord(String name, int sector, int length, int flags) {
    int size = 33 + name.length() + (name.length() + 1) % 2;
    int end = image.position() + size;
    image.put((byte) size).put((byte) 0);
    putBoth32(sector);
    putBoth32(length);
    image.put(new byte[] {70, 1, 1, 0, 0, 0, 0}); // 1970, January 1st, midnight, Greenwich
    image.put((byte) flags).putShort((short) 0);
    putBoth16(1);
    image.put((byte) name.length()).put(name.getBytes(US_ASCII)).position(end);
  }

  private void putBoth16(int value) {
    image.putShort(Short.reverseBytes((short) value)).putShort((short) value);
  }

  private void putBoth32(int value) {
    image.putInt(Integer.reverseBytes(value)).putInt(value);
  }

  /** Text, with blanks up to its length. */
  private static byte[] text(String text, int length) {
    return (text + " ".repeat(length - text.length())).getBytes(US_ASCII);
  }
}
