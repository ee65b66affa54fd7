package dev.virtio4j.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.virtio4j.block.Sha256;
import dev.virtio4j.guest.DemoDisk.Check;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The demo's disk")
class DemoDiskTest {
  private static final int MIB = 1 << 20;

  @TempDir Path directory;
  private Path image;

  @BeforeEach
  void create() throws IOException {
    image = directory.resolve("disk.img");
    DemoDisk.create(image);
  }

  @Test
  @DisplayName("has 64 MiB, zeros for the file system, then lines that name their sector")
  void isMade() throws IOException {
    assertThat(Files.size(image)).isEqualTo(64L * MIB);
    assertThat(read(0, 512)).isEqualTo(new byte[512]);
    assertThat(text(read(32 * MIB + 512, 512)))
        .isEqualTo("virtio4j demo, sector 00065537.\n".repeat(16));
  }

  @Test
  @DisplayName("is described on the kernel's command line by places and checksums of the real data")
  void isDescribed() throws IOException {
    Matcher known =
        Pattern.compile("virtio4j\\.known=(\\d+):(\\w{64})").matcher(DemoDisk.commandLine());
    assertThat(known.find()).isTrue();
    int offset = Integer.parseInt(known.group(1)) * MIB;
    assertThat(Sha256.of(read(offset, MIB))).isEqualTo(known.group(2));
    assertThat(DemoDisk.commandLine()).startsWith("virtio4j.demo ").contains(DemoDisk.SERIAL);
    assertThat(DemoDisk.expectedOutput())
        .contains("virtio4j-demo: ok known content: SHA-256 " + known.group(2))
        .endsWith("virtio4j-demo: done");
  }

  @Test
  @DisplayName("fails the checks of the guest's work while no guest has worked on it")
  void untouchedDiskFails() throws IOException {
    assertThat(DemoDisk.verify(image))
        .filteredOn(check -> !check.passed())
        .extracting(Check::name, Check::found)
        .contains(tuple("file system", "no ext2, magic number 0x0000"), tuple("files", "0 blocks"))
        .hasSize(3);
  }

  @Test
  @DisplayName("passes all checks after what a guest does")
  void guestsWorkPasses() throws IOException {
    doGuestsWork();

    assertThat(DemoDisk.verify(image)).hasSize(5).allMatch(Check::passed);
  }

  @Test
  @DisplayName("fails a check for one changed byte of what the guest should not touch")
  void findsStrayWrites() throws IOException {
    doGuestsWork();
    write(60 * MIB + 1000, new byte[1]);

    assertThat(failures())
        .containsExactly(
            new Check("known content after the copy", "unchanged", "changed in sector " + 122881));
  }

  @Test
  @DisplayName("fails a check for a file system that was not unmounted")
  void findsMountedFileSystem() throws IOException {
    doGuestsWork();
    write(1024 + 58, new byte[] {0, 0});

    assertThat(failures())
        .containsExactly(
            new Check("file system", "ext2, unmounted cleanly", "ext2, not unmounted cleanly"));
  }

  @Test
  @DisplayName("fails a check for a block of a file that never arrived")
  void findsLostBlocks() throws IOException {
    doGuestsWork();
    write(2 * MIB, new byte[4096]);

    assertThat(failures()).containsExactly(new Check("files", "256 blocks", "255 blocks"));
  }

  @Test
  @DisplayName("of another size fails before anything else is looked at")
  void findsWrongSize() throws IOException {
    write(DemoDisk.SIZE, new byte[1]);

    assertThat(failures())
        .containsExactly(new Check("image size", "67108864 bytes", "67108865 bytes"));
  }

  /** Writes what a guest leaves: the copy, a superblock, and the files' blocks from 2 MiB on. */
  private void doGuestsWork() throws IOException {
    byte[] copy =
        text(read(32 * MIB, MIB)).toUpperCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
    write(48 * MIB, copy);
    write(2 * MIB, copy);
    write(1024 + 56, new byte[] {0x53, (byte) 0xef, 1, 0});
  }

  private List<Check> failures() throws IOException {
    return DemoDisk.verify(image).stream().filter(check -> !check.passed()).toList();
  }

  private byte[] read(int offset, int length) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "r")) {
      byte[] bytes = new byte[length];
      file.seek(offset);
      file.readFully(bytes);
      return bytes;
    }
  }

  private void write(long offset, byte[] bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(offset);
      file.write(bytes);
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
