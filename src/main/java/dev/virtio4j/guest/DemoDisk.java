package dev.virtio4j.guest;

import dev.virtio4j.block.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The disk of the demo, as the host makes it and checks it afterwards. The guest's half is the
 * function {@code demo} in the resource {@code init}.
 *
 * <pre>
 *   MiB  0 ..  4   zeros, where the guest makes an ext2 file system
 *   MiB  4 .. 64   known content: every line of a sector names the sector's number;
 *   MiB 32 .. 33   of this, what the guest reads, checks and changes to upper case,
 *   MiB 48 .. 49   to write it here, and once more into four files
 * </pre>
 */
public final class DemoDisk {
  /** The size of the image: 64 MiB, in bytes. */
  public static final long SIZE = 64L << 20;

  /** The serial number to give to the device; the guest compares it. */
  public static final String SERIAL = "virtio4j-demo";

  private static final int MIB = 1 << 20;
  private static final int SECTOR = 512;

  // The regions, in MiB.
  private static final int FILE_SYSTEM_LENGTH = 4;
  private static final int KNOWN = 32;
  private static final int COPY = 48;
  private static final int LENGTH = 1;

  /** The block size with which the guest makes the file system, in bytes. */
  private static final int FILE_SYSTEM_BLOCK = 4096;

  // The superblock of ext2 (include/linux/ext2_fs.h): offsets in the image, in bytes.
  private static final int S_MAGIC = 1024 + 56;
  private static final int S_STATE = 1024 + 58;
  private static final int EXT2_SUPER_MAGIC = 0xef53;
  private static final int EXT2_VALID_FS = 1;

  private DemoDisk() {}

  /**
   * What the host found in one place of the image.
   *
   * @param name what was looked at
   * @param expected what should be there, in words
   * @param found what is there, in the same words if it is as expected
   */
  public record Check(String name, String expected, String found) {

    /**
     * Whether the place is as it should be.
     *
     * @return true if so
     */
    public boolean passed() {
      return expected.equals(found);
    }
  }

  /**
   * Makes the disk.
   *
   * @param image the file to make; what it held before is lost
   * @throws IOException if it cannot be written
   */
  public static void create(Path image) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            image,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      channel.position((long) FILE_SYSTEM_LENGTH * MIB);
      while (channel.position() < SIZE) {
        ByteBuffer piece = ByteBuffer.wrap(known((int) (channel.position() / MIB), 1));
        while (piece.hasRemaining()) {
          channel.write(piece);
        }
      }
    }
  }

  /**
   * The words to append to the kernel's command line, so that the guest runs the demo on its first
   * virtio disk and knows what to find there.
   *
   * @return words with spaces between them
   */
  public static String commandLine() {
    return String.format(
        "virtio4j.demo virtio4j.serial=%s virtio4j.fs=%d virtio4j.length=%d"
            + " virtio4j.known=%d:%s virtio4j.copy=%d:%s",
        SERIAL,
        FILE_SYSTEM_LENGTH,
        LENGTH,
        KNOWN,
        Sha256.of(known(KNOWN, LENGTH)),
        COPY,
        Sha256.of(transformed(known(KNOWN, LENGTH))));
  }

  /**
   * What the guest reports on the serial line when all is well. A line that begins with {@code
   * virtio4j-demo: FAIL} says what is not, and ends the demo.
   *
   * @return regular expressions, each to be found after the one before
   */
  public static List<String> expectedOutput() {
    String known = Sha256.of(known(KNOWN, LENGTH));
    String copy = Sha256.of(transformed(known(KNOWN, LENGTH)));
    return List.of(
        "virtio4j-demo: ok disk: /dev/vda has "
            + SIZE / SECTOR
            + " sectors and serial number "
            + SERIAL,
        "virtio4j-demo: ok known content: SHA-256 " + known,
        "virtio4j-demo: ok raw copy: SHA-256 " + copy,
        "virtio4j-demo: ok make file system",
        "virtio4j-demo: ok mount",
        "virtio4j-demo: ok write files",
        "virtio4j-demo: ok flush",
        "virtio4j-demo: ok unmount",
        "virtio4j-demo: ok read raw",
        "virtio4j-demo: ok read files: SHA-256 " + copy,
        "virtio4j-demo: done");
  }

  /**
   * Looks at the image after the guest has powered off.
   *
   * @param image the image, which nothing writes to any more
   * @return what was found; all is well if all checks have passed
   * @throws IOException if the image cannot be read
   */
  public static List<Check> verify(Path image) throws IOException {
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.READ)) {
      if (channel.size() != SIZE) {
        return List.of(new Check("image size", SIZE + " bytes", channel.size() + " bytes"));
      }
      byte[] fileSystem = read(channel, 0, FILE_SYSTEM_LENGTH);
      return List.of(
          known(channel, "known content before the copy", FILE_SYSTEM_LENGTH, COPY),
          copy(channel),
          known(channel, "known content after the copy", COPY + LENGTH, (int) (SIZE / MIB)),
          superblock(fileSystem),
          files(fileSystem));
    }
  }

  private static Check known(FileChannel channel, String name, int from, int to)
      throws IOException {
    String found = "unchanged";
    for (int mib = from; mib < to && found.equals("unchanged"); mib++) {
      int difference = Arrays.mismatch(read(channel, mib, 1), known(mib, 1));
      if (difference >= 0) {
        found = "changed in sector " + (mib * (MIB / SECTOR) + difference / SECTOR);
      }
    }
    return new Check(name, "unchanged", found);
  }

  private static Check copy(FileChannel channel) throws IOException {
    return new Check(
        "raw copy",
        "SHA-256 " + Sha256.of(transformed(known(KNOWN, LENGTH))),
        "SHA-256 " + Sha256.of(read(channel, COPY, LENGTH)));
  }

  private static Check superblock(byte[] fileSystem) {
    ByteBuffer bytes = ByteBuffer.wrap(fileSystem).order(ByteOrder.LITTLE_ENDIAN);
    int magic = Short.toUnsignedInt(bytes.getShort(S_MAGIC));
    boolean clean = bytes.getShort(S_STATE) == EXT2_VALID_FS;
    String found =
        magic != EXT2_SUPER_MAGIC
            ? String.format("no ext2, magic number %#06x", magic)
            : clean ? "ext2, unmounted cleanly" : "ext2, not unmounted cleanly";
    return new Check("file system", "ext2, unmounted cleanly", found);
  }

  /** Looks for the files' blocks wherever the file system has put them: no two are alike. */
  private static Check files(byte[] fileSystem) {
    Set<ByteBuffer> blocks = new HashSet<>(blocks(fileSystem));
    List<ByteBuffer> expected = blocks(transformed(known(KNOWN, LENGTH)));
    long found = expected.stream().filter(blocks::contains).count();
    return new Check("files", expected.size() + " blocks", found + " blocks");
  }

  private static List<ByteBuffer> blocks(byte[] bytes) {
    ByteBuffer all = ByteBuffer.wrap(bytes);
    return IntStream.range(0, bytes.length / FILE_SYSTEM_BLOCK)
        .mapToObj(i -> all.slice(i * FILE_SYSTEM_BLOCK, FILE_SYSTEM_BLOCK))
        .toList();
  }

  /** The content that the host puts into a region; offset and length in MiB. */
  private static byte[] known(int offset, int length) {
    StringBuilder text = new StringBuilder(length * MIB);
    int first = offset * (MIB / SECTOR);
    for (int sector = first; sector < first + length * (MIB / SECTOR); sector++) {
      String line = String.format("virtio4j demo, sector %08d.\n", sector); // 32 characters
      text.append(line.repeat(SECTOR / line.length()));
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** What the guest makes of known content before it writes it. */
  private static byte[] transformed(byte[] known) {
    return new String(known, StandardCharsets.US_ASCII)
        .toUpperCase(Locale.ROOT)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads a region; offset and length in MiB. */
  private static byte[] read(FileChannel channel, int offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length * MIB);
    while (bytes.hasRemaining()
        && channel.read(bytes, (long) offset * MIB + bytes.position()) >= 0) {
      // A read may give less than was asked for.
    }
    return bytes.array();
  }
}
