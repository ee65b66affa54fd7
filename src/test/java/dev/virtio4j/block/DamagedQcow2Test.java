package dev.virtio4j.block;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.SmallQcow2;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("a qcow2 image, whole or damaged,")
class DamagedQcow2Test {
  private static final int CLUSTER = SmallQcow2.CLUSTER;

  private static final int READS = 10_000;

  @TempDir private Path directory;

  private Path write(SmallQcow2 image) throws IOException {
    return write(image.file().array());
  }

  private Path write(byte[] file) throws IOException {
    return Files.write(directory.resolve("disk.qcow2"), file);
  }

  private static byte[] read(BlockBackend disk, long position, int length) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(length);
    disk.read(position, into);
    return into.array();
  }

  private static void assertOneLine(Throwable failure, Path image) {
    assertThat(failure)
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(image + ": ")
        .message()
        .doesNotContain("\n", "\r");
  }

  @ParameterizedTest(name = "version {0}, zstd {1}, subclusters {2}")
  @DisplayName("is read")
  @CsvSource({"2, false, false", "3, false, false", "3, true, false", "3, true, true"})
  void whole(int version, boolean zstd, boolean extended) throws IOException {
    SmallQcow2 image = new SmallQcow2(version, zstd, extended);
    try (Qcow2 disk = Qcow2.open(write(image), null)) {
      assertThat(disk.size()).isEqualTo(SmallQcow2.DISK_SIZE);
      assertThat(read(disk, 0, SmallQcow2.DISK_SIZE)).isEqualTo(image.content());
    }
  }

  @ParameterizedTest(name = "{4}")
  @DisplayName("is refused for its header, in one line")
  @CsvSource(
      delimiter = '|',
      value = {
        "3 | 0   | 4 | 514649FA         | no qcow2 image; say with format= what the file is",
        "3 | 4   | 4 | 1                | qcow2 version 1; versions 2 and 3 can be read",
        "3 | 4   | 4 | FFFFFFFF         | qcow2 version 4294967295; versions 2 and 3 can be read",
        "2 | 32  | 4 | 1                | encrypted; decrypt it with qemu-img convert first",
        "3 | 32  | 4 | 2                | encrypted; decrypt it with qemu-img convert first",
        "3 | 20  | 4 | 8                | clusters of 2^8 bytes; the image is damaged",
        "3 | 20  | 4 | 16               | clusters of 2^22 bytes; the image is damaged",
        "3 | 20  | 4 | FFFFFFFF         | clusters of 2^4294967295 bytes; the image is damaged",
        "3 | 24  | 8 | 0                | a disk of less than a sector, or of more than 2^63 bytes",
        "3 | 24  | 8 | 1FF              | a disk of less than a sector, or of more than 2^63 bytes",
        "3 | 24  | 8 | 8000000000000000 | a disk of less than a sector, or of more than 2^63 bytes",
        "3 | 24  | 8 | 7FFFFFFFFFFFFFFF | its L1 table does not fit a disk of 9223372036854775296 bytes; the image is damaged",
        "3 | 24  | 8 | 2000200          | its L1 table does not fit a disk of 33554944 bytes; the image is damaged",
        "3 | 36  | 4 | 0                | its L1 table does not fit a disk of 81920 bytes; the image is damaged",
        "3 | 40  | 8 | 0                | its L1 table is not in the file; the image is damaged",
        "3 | 40  | 8 | 4200             | its L1 table is not in the file; the image is damaged",
        "3 | 40  | 8 | 40000000         | its L1 table is not in the file; the image is damaged",
        "3 | 40  | 8 | FFFFFFFFFFFFC000 | its L1 table is not in the file; the image is damaged",
        "3 | 72  | 8 | 2                | marked corrupt; mend it with qemu-img check -r all",
        "3 | 72  | 8 | 4                | its data is in another file; make one image of both with qemu-img convert",
        "3 | 72  | 8 | 8                | its compression type contradicts its feature bits; the image is damaged",
        "3 | 72  | 8 | 20               | needs the unknown incompatible feature bit 5",
        "3 | 72  | 8 | 8000000000000000 | needs the unknown incompatible feature bit 63",
        "3 | 100 | 4 | 60               | its header has 96 bytes; the image is damaged",
        "3 | 100 | 4 | 6E               | its header has 110 bytes; the image is damaged",
        "3 | 104 | 1 | 1                | its compression type contradicts its feature bits; the image is damaged",
        "3 | 104 | 1 | 2                | compressed by an unknown method, type 2",
      })
  void header(int version, int offset, int width, String value, String message) throws IOException {
    SmallQcow2 image = new SmallQcow2(version, false, false);
    put(image.file(), offset, width, Long.parseUnsignedLong(value, 16));
    Path file = write(image);

    assertThatThrownBy(() -> Qcow2.open(file, null))
        .isInstanceOf(IOException.class)
        .hasMessage(file + ": " + message);
    LockedFile.open(file, false).close(); // it is not left locked
  }

  private static void put(ByteBuffer file, int offset, int width, long value) {
    switch (width) {
      case 1 -> file.put(offset, (byte) value);
      case 4 -> file.putInt(offset, (int) value);
      default -> file.putLong(offset, value);
    }
  }

  @Test
  @DisplayName("has subclusters of at least a sector")
  void subclusters() throws IOException {
    SmallQcow2 image = new SmallQcow2(3, false, true);
    image.file().putInt(20, 13);
    Path file = write(image);

    assertThatThrownBy(() -> Qcow2.open(file, null))
        .hasMessage(file + ": clusters of 2^13 bytes; the image is damaged");
  }

  @ParameterizedTest(name = "{0} bytes")
  @DisplayName("is refused when it ends within its tables")
  @ValueSource(ints = {0, 3, 71, 111, SmallQcow2.L1, SmallQcow2.L1 + 7})
  void cutShort(int length) throws IOException {
    byte[] file = new SmallQcow2(3, false, false).file().array();
    Path image = write(Arrays.copyOf(file, length));

    assertOneLine(catchThrowable(() -> Qcow2.open(image, null)), image);
  }

  @ParameterizedTest(name = "offset {0}, length {1}")
  @DisplayName("is refused when the name of its backing file is not where it should be")
  @CsvSource({
    "1, 1024",
    "1, FFFFFFFF",
    "3FF0, 11",
    "4000, 1",
    "7FFFFFFFFFFFFFFF, 1",
    "FFFFFFFFFFFFFFFF, 1",
  })
  void backingName(String offset, String length) throws IOException {
    SmallQcow2 image = new SmallQcow2(3, false, false);
    image.file().putLong(8, Long.parseUnsignedLong(offset, 16));
    image.file().putInt(16, Integer.parseUnsignedInt(length, 16));
    Path file = write(image);

    assertThatThrownBy(() -> Qcow2.open(file, null))
        .hasMessage(
            file
                + ": the name of its backing file is not in its first cluster;"
                + " the image is damaged");
  }

  @Test
  @DisplayName("can't forge lines with the name of its backing file")
  void backingNameOfLines() throws IOException {
    SmallQcow2 image = new SmallQcow2(3, false, false);
    byte[] name = "a\n\r\u001b[2Jb\u2028".getBytes(UTF_8);
    image.file().putLong(8, 200).putInt(16, name.length).put(200, name);
    Path file = write(image);

    assertThatThrownBy(() -> Qcow2.open(file, null))
        .hasMessageContaining("recorded as 'a???[2Jb?'; name it with backing=");
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("that was not closed properly, or has unknown compatible features, is read")
  @CsvSource({"72, 1", "80, FFFFFFFFFFFFFFFF", "88, FFFFFFFFFFFFFFFF"})
  void harmlessFeatures(int offset, String features) throws IOException {
    SmallQcow2 image = new SmallQcow2(3, false, false);
    image.file().putLong(offset, Long.parseUnsignedLong(features, 16));
    try (Qcow2 disk = Qcow2.open(write(image), null)) {
      assertThat(read(disk, 0, SmallQcow2.DISK_SIZE)).isEqualTo(image.content());
    }
  }

  @Test
  @DisplayName("loses what its disk has beyond a whole sector, as in QEMU")
  void oddSize() throws IOException {
    SmallQcow2 image = new SmallQcow2(3, false, false);
    image.file().putLong(24, 1535);
    try (Qcow2 disk = Qcow2.open(write(image), null)) {
      assertThat(disk.size()).isEqualTo(1024);
    }
  }

  @ParameterizedTest(name = "cluster {2} is {3}: {5}")
  @DisplayName("gives its guest IOERR where it is damaged, and its data elsewhere")
  @CsvSource(
      delimiter = '|',
      value = {
        "3 | false | 0 | 800000000000C200 | 0         | its cluster is at 49664",
        "3 | false | 0 | 80000000FFFFC000 | 0         | its cluster is at 4294950912",
        "3 | false | 0 | 80FFFFFFFFFFC000 | 0         | its cluster is at 72057594037911552",
        "2 | false | 2 | 0000000000000001 | 0         | its cluster is marked as in version 3",
        "3 | false | 3 | 4003FFFFFFFFFFFF | 0         | its compressed cluster is at 1125899906842623",
        "3 | false | 3 | 40FFFFFFFFFFFFFF | 0         | its compressed cluster is at 72057594037927935",
        "3 | false | 3 | 400000000000C000 | 0         | its compressed cluster is broken",
        "3 | false | 3 | 7F00000000000000 | 0         | its compressed cluster is broken",
        "3 | true  | 4 | 8000000000010000 | 1FFFFFFFF | its subcluster contradicts its cluster",
        "3 | true  | 4 | 0000000000000000 | 1         | its subcluster contradicts its cluster",
      })
  void damagedEntry(
      int version, boolean extended, int cluster, String entry, String bitmap, String how)
      throws IOException {
    SmallQcow2 image = new SmallQcow2(version, false, extended);
    image.putEntry(cluster, Long.parseUnsignedLong(entry, 16), Long.parseUnsignedLong(bitmap, 16));
    Path file = write(image);
    try (Qcow2 disk = Qcow2.open(file, null)) {
      int position = cluster * CLUSTER;
      assertThatThrownBy(() -> read(disk, position, 1))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "%s: can't read the disk at %d: %s; the image is damaged", file, position, how);

      BlkDriver driver = BlkDriver.started(disk);
      for (int i = 0; i < 5; i++) {
        BlkDriver.Result result = driver.read(i * CLUSTER / 512, CLUSTER);
        if (i == cluster) {
          assertThat(result.status()).isEqualTo(BlkDriver.IOERR);
        } else {
          assertThat(result.status()).isEqualTo(BlkDriver.OK);
          assertThat(result.data())
              .isEqualTo(Arrays.copyOfRange(image.content(), i * CLUSTER, (i + 1) * CLUSTER));
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("can't be read where its L2 table is damaged")
  @ValueSource(longs = {SmallQcow2.L2 + 512, 1L << 40, 0x00FF_FFFF_FFFF_C000L, SmallQcow2.PACKED})
  void damagedL2(long table) throws IOException {
    SmallQcow2 image = new SmallQcow2(3, false, false);
    image.file().putLong(SmallQcow2.L1, table);
    Path file = write(image);
    try (Qcow2 disk = Qcow2.open(file, null)) {
      assertThatThrownBy(() -> read(disk, 0, 1))
          .hasMessage(
              "%s: can't read the disk at 0: its L2 table is at %d; the image is damaged",
              file, table);
    }
  }

  @Test
  @DisplayName("without an L2 table is all zeroes")
  void noL2() throws IOException {
    SmallQcow2 image = new SmallQcow2(3, false, true);
    image.file().putLong(SmallQcow2.L1, 0);
    try (Qcow2 disk = Qcow2.open(write(image), null)) {
      assertThat(read(disk, 0, SmallQcow2.DISK_SIZE)).containsOnly(0);
    }
  }

  @ParameterizedTest(name = "version {0}, zstd {1}, subclusters {2}")
  @DisplayName("never does more than fail, whatever bytes of it are changed")
  @CsvSource({"2, false, false", "3, false, false", "3, true, false", "3, true, true"})
  void mutations(int version, boolean zstd, boolean extended) throws IOException {
    byte[] whole = new SmallQcow2(version, zstd, extended).file().array();
    int[][] places = {{0, 112}, {SmallQcow2.L1, 8}, {SmallQcow2.L2, 80}, {SmallQcow2.PACKED, 90}};
    Random random = new Random(9);
    int refused = 0;
    int failed = 0;
    int read = 0;
    for (int i = 0; i < 600; i++) {
      byte[] file = whole.clone();
      int[] place = places[random.nextInt(places.length)];
      for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
        int at = Math.min(whole.length - 1, place[0] + random.nextInt(place[1]));
        file[at] = (byte) (random.nextBoolean() ? random.nextInt() : file[at] ^ 1 << (at & 7));
      }
      Path image = write(file);
      try (Qcow2 disk = Qcow2.open(image, null)) {
        Throwable failure = catchThrowable(() -> readEnds(disk));
        if (failure == null) {
          read++;
        } else {
          assertOneLine(failure, image);
          failed++;
        }
      } catch (IOException e) {
        assertOneLine(e, image);
        refused++;
      }
    }
    assertThat(new int[] {refused, failed, read}).doesNotContain(0);
  }

  private static void readEnds(BlockBackend disk) throws IOException {
    int length = (int) Math.min(disk.size(), 8 * CLUSTER);
    read(disk, disk.size() - length, length);
    read(disk, 0, length);
  }

  @Test
  @DisplayName("is read without allocation where it is not compressed")
  void noAllocation() throws IOException {
    try (Qcow2 disk = Qcow2.open(write(new SmallQcow2(3, false, true)), null)) {
      ByteBuffer into = ByteBuffer.allocate(3 * CLUSTER - 512);
      readOften(disk, into);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      readOften(disk, into);
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(READS);
    }
  }

  private static void readOften(BlockBackend disk, ByteBuffer into) throws IOException {
    for (int i = 0; i < READS; i++) {
      disk.read(i % 512, into.clear());
    }
  }
}
