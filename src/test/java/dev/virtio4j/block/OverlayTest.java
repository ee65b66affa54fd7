package dev.virtio4j.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.testing.BlockBackendContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("an overlay in a file")
class OverlayTest extends BlockBackendContract {
  private static final int BASE_SIZE = 5 * 65536 + 1024;

  @TempDir private Path directory;
  private final byte[] content = new byte[BASE_SIZE];
  private Path file;
  private Path base;

  @Override
  protected BlockBackend create(byte[] content) throws IOException {
    Path below = Files.write(directory.resolve("contract.img"), content);
    Path above = directory.resolve("contract.overlay");
    try (RawFile disk = RawFile.open(below, true)) {
      OverlayFile.create(above, content.length, Optional.of(new BaseImage(below, disk)));
    }
    return open(above, below, false);
  }

  @BeforeEach
  void makeOverlay() throws IOException {
    new Random(5).nextBytes(content);
    base = Files.write(directory.resolve("base.img"), content);
    file = directory.resolve("o.overlay");
    try (RawFile disk = RawFile.open(base, true)) {
      OverlayFile.create(file, BASE_SIZE, Optional.of(new BaseImage(base, disk)));
    }
  }

  private static Overlay open(Path file, Path base, boolean readOnly) throws IOException {
    return Overlay.open(file, readOnly, Optional.of(new BaseImage(base, RawFile.open(base, true))));
  }

  private Overlay open() throws IOException {
    return open(file, base, false);
  }

  private static byte[] read(BlockBackend disk) throws IOException {
    ByteBuffer all = ByteBuffer.allocate((int) disk.size());
    disk.read(0, all);
    return all.array();
  }

  @Test
  @DisplayName("keeps what was flushed, and leaves its base as it was")
  void keeps() throws IOException {
    byte[] data = new byte[100_000];
    new Random(6).nextBytes(data);
    try (Overlay disk = open()) {
      disk.write(65_000, ByteBuffer.wrap(data));
      disk.zero(3 * 65536 - 1, 65538, true);
      disk.flush();
    }
    assertThat(base).hasBinaryContent(content);
    System.arraycopy(data, 0, content, 65_000, data.length);
    Arrays.fill(content, 3 * 65536 - 1, 4 * 65536 + 1, (byte) 0);
    try (Overlay disk = open(file, base, true)) {
      assertThat(read(disk)).isEqualTo(content);
      assertThat(disk.isReadOnly()).isTrue();
      disk.flush();
      assertThatThrownBy(() -> disk.write(0, ByteBuffer.allocate(1)))
          .hasMessageContaining("open read-only");
      assertThatThrownBy(() -> disk.zero(0, 1, true)).hasMessageContaining("open read-only");
      assertThatThrownBy(() -> disk.resize(512)).hasMessageContaining("open read-only");
    }
  }

  @Test
  @DisplayName("knows which clusters are unmapped: discarded ones, and those behind the base's end")
  void unmapped() throws IOException {
    try (Overlay disk = open()) {
      assertThat(disk.isUnmapped(0, BASE_SIZE)).isFalse();
      disk.zero(65536, 2 * 65536, true);
      assertThat(disk.isUnmapped(65536, 2 * 65536)).isTrue();
      assertThat(disk.isUnmapped(65536 + 5, 1)).isTrue();
      assertThat(disk.isUnmapped(65535, 2)).isFalse();
      assertThat(disk.isUnmapped(65536, 2 * 65536 + 1)).isFalse();
      disk.write(65536, ByteBuffer.allocate(1));
      assertThat(disk.isUnmapped(65536 + 5, 1)).isFalse();
      disk.resize(10 * 65536);
      assertThat(new TimedBackend(disk).isUnmapped(6 * 65536, 4 * 65536)).isTrue();
      assertThat(new FaultyBackend(disk, FaultPlan.parse("read:slow=5ns")).isUnmapped(0, 1))
          .isFalse();
      assertThatThrownBy(() -> disk.isUnmapped(10 * 65536, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  @DisplayName("is not touched by a run that writes nothing")
  void untouched() throws IOException {
    byte[] before = Files.readAllBytes(file);
    FileTime modified = Files.getLastModifiedTime(file);
    try (Overlay disk = open()) {
      read(disk);
      disk.flush();
    }
    assertThat(file).hasBinaryContent(before);
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(modified);
  }

  @Test
  @DisplayName("uses the space of what was discarded and flushed for later writes")
  void usesSpaceAgain() throws IOException {
    try (Overlay disk = open()) {
      disk.write(0, ByteBuffer.wrap(content));
      disk.flush();
      long size = Files.size(file);
      for (int i = 0; i < 5; i++) {
        disk.zero(0, BASE_SIZE, true);
        disk.flush();
        disk.write(0, ByteBuffer.wrap(content));
        disk.flush();
      }
      assertThat(Files.size(file)).isEqualTo(size);
      assertThat(read(disk)).isEqualTo(content);
    }
  }

  @Test
  @DisplayName("without a base begins as zeroes; of 1 TiB it takes what is written and little more")
  void withoutBase() throws IOException {
    Path large = directory.resolve("large.overlay");
    long size = 1L << 40;
    OverlayFile.create(large, size, Optional.empty());
    try (Overlay disk = Overlay.open(large, false, Optional.empty())) {
      disk.write(size - 2, ByteBuffer.wrap(new byte[] {1, 2}));
      disk.zero(size / 2, size / 4, true);
      disk.flush();
    }
    assertThat(Files.size(large)).isLessThanOrEqualTo(3 * 65536);
    try (Overlay disk = Overlay.open(large, true, Optional.empty())) {
      ByteBuffer back = ByteBuffer.allocate(3);
      disk.read(size - 3, back);
      assertThat(back.array()).containsExactly(0, 1, 2);
    }
  }

  @Test
  @DisplayName("keeps a log of any length")
  void longLog() throws IOException {
    Path many = directory.resolve("many.overlay");
    OverlayFile.create(many, 20_000L * 65536, Optional.empty());
    try (Overlay disk = Overlay.open(many, false, Optional.empty())) {
      // Backwards, so that each is a record of its own.
      for (long cluster = 19_998; cluster >= 0; cluster -= 2) {
        disk.write(cluster * 65536, ByteBuffer.allocate(8).putLong(0, cluster));
      }
      disk.flush();
    }
    assertThat(OverlayFile.check(many).findings()).contains("log: 10003 records in 3 clusters");
    try (Overlay disk = Overlay.open(many, true, Optional.empty())) {
      for (long cluster = 0; cluster < 20_000; cluster += 2) {
        ByteBuffer back = ByteBuffer.allocate(8);
        disk.read(cluster * 65536, back);
        assertThat(back.getLong(0)).isEqualTo(cluster);
      }
    }
  }

  private static void assertRefused(Path file, Optional<BaseImage> base, String reason) {
    assertThatThrownBy(() -> Overlay.open(file, false, base))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(reason)
        .message()
        .doesNotContain("\n");
  }

  private Optional<BaseImage> over(Path image) throws IOException {
    return Optional.of(new BaseImage(image, RawFile.open(image, true)));
  }

  @Test
  @DisplayName("is opened over its own base and no other")
  void otherBase() throws IOException {
    assertRefused(file, Optional.empty(), "lies over a base, then named 'base.img'; name the base");

    Path other = Files.write(directory.resolve("other.img"), new byte[512]);
    assertRefused(file, over(other), "over a base of 328704 bytes, then named 'base.img', and ");

    Path copy = Files.write(directory.resolve("copy.img"), content);
    Files.setLastModifiedTime(copy, FileTime.fromMillis(1_000_000));
    assertRefused(file, over(copy), "was modified at 1970-01-01T00:16:40Z");
    Files.setLastModifiedTime(copy, Files.getLastModifiedTime(base));
    open(file, copy, false).close();

    Path none = directory.resolve("none.overlay");
    OverlayFile.create(none, 512, Optional.empty());
    assertRefused(none, over(base), "lies over no base; leave " + base + " out");
    open().close(); // each of them was let go
  }

  @Test
  @DisplayName("is an overlay, whole, and of a known version")
  void headers() throws IOException {
    assertRefused(base, Optional.empty(), "no overlay of virtio4j");
    assertRefused(
        Files.createFile(directory.resolve("empty")), Optional.empty(), "no overlay of virtio4j");

    byte[] bytes = Files.readAllBytes(file);
    bytes[30] ^= 1;
    assertRefused(
        Files.write(directory.resolve("damaged"), bytes),
        Optional.empty(),
        "its header is damaged");
    bytes[11] = 2;
    assertRefused(
        Files.write(directory.resolve("newer"), bytes),
        Optional.empty(),
        "an overlay of version 2, not 1");
  }

  @Test
  @DisplayName("is used once at a time")
  void locked() throws IOException {
    try (Overlay disk = open()) {
      assertThat(disk.size()).isEqualTo(BASE_SIZE);
      assertRefused(file, Optional.empty(), "already open");
    }
    open().close();
  }

  @Test
  @DisplayName("refuses a resize beyond what the format can hold, and a name that it can't")
  void limits() throws IOException {
    try (Overlay disk = open()) {
      assertThatThrownBy(() -> disk.resize((64L << 40) + 512))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at most 64 TiB");
      disk.resize(64L << 40);
      assertThat(disk.size()).isEqualTo(64L << 40);
    }
    open().close();
  }
}
