package dev.virtio4j.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("the file of an overlay")
class OverlayFileTest {
  private static final int CLUSTER = 65536;
  private static final int SIZE = 6 * CLUSTER + 1536;

  @TempDir private Path directory;
  private Path base;
  private Path file;
  private byte[] baseContent;

  @BeforeEach
  void makeOverlay() throws IOException {
    baseContent = new byte[SIZE];
    new Random(1).nextBytes(baseContent);
    base = Files.write(directory.resolve("base.img"), baseContent);
    file = directory.resolve("o.overlay");
    try (BaseImage below = base(true)) {
      OverlayFile.create(file, SIZE, Optional.of(below));
    }
  }

  private BaseImage base(boolean readOnly) throws IOException {
    return new BaseImage(base, RawFile.open(base, readOnly));
  }

  private Overlay open() throws IOException {
    return Overlay.open(file, false, Optional.of(base(true)));
  }

  private byte[] content() throws IOException {
    try (Overlay disk = open()) {
      ByteBuffer all = ByteBuffer.allocate((int) disk.size());
      disk.read(0, all);
      return all.array();
    }
  }

  /** Writes, zeroes and resizes; the last size is the one given, in sectors. */
  private byte[] change(int... sizes) throws IOException {
    try (Overlay disk = open()) {
      disk.write(1000, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      disk.zero(2 * CLUSTER, 2 * CLUSTER, true);
      for (int sectors : sizes) {
        disk.resize(sectors * 512L);
      }
      disk.write(disk.size() - 600, ByteBuffer.wrap(new byte[] {4, 5, 6}));
      disk.flush();
    }
    return content();
  }

  private void commit() throws IOException {
    try (BaseImage below = base(false)) {
      OverlayFile.commit(file, below, (done, total) -> assertThat(done).isBetween(1L, total));
    }
  }

  private void compact(boolean withBase) throws IOException {
    try (BaseImage below = base(true)) {
      OverlayFile.compact(
          file,
          withBase ? Optional.of(below) : Optional.empty(),
          (done, total) -> assertThat(done).isBetween(1L, total));
    }
  }

  @Test
  @DisplayName("says what it is")
  void info() throws IOException {
    change();
    OverlayInfo info = OverlayFile.info(file);
    assertThat(info.size()).isEqualTo(SIZE);
    assertThat(info.clusterSize()).isEqualTo(CLUSTER);
    assertThat(info.baseName()).isEqualTo("base.img");
    assertThat(info.baseSize()).isEqualTo(SIZE);
    assertThat(info.baseTime().toEpochMilli())
        .isEqualTo(Files.getLastModifiedTime(base).toMillis());
    assertThat(info.dataClusters()).isEqualTo(2);
    assertThat(info.zeroClusters()).isEqualTo(2);
    assertThat(info.committing()).isFalse();
    assertThat(info.fileSize()).isEqualTo(4 * CLUSTER);
    assertThat(info.spaceOnHost().orElse(3 * CLUSTER)).isBetween(3L * CLUSTER, 4L * CLUSTER);
  }

  @Test
  @DisplayName("is never made over another")
  void neverOverwrites() throws IOException {
    assertThatThrownBy(() -> OverlayFile.create(base, 512, Optional.empty()))
        .isInstanceOf(IOException.class)
        .hasMessage(base + ": already exists; name a new file");
    assertThat(base).hasBinaryContent(baseContent);
    assertThatThrownBy(() -> OverlayFile.create(directory.resolve("odd"), 513, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(directory.resolve("odd")).doesNotExist();
  }

  @ParameterizedTest(name = "sizes in sectors: {0}")
  @ValueSource(strings = {"771", "100", "1000", "100 771", "100 600", "100 1000 771"})
  @DisplayName("is merged into its base, whatever sizes the disk had, and then empty")
  void commit(String sizes) throws IOException {
    byte[] expected = change(Arrays.stream(sizes.split(" ")).mapToInt(Integer::parseInt).toArray());
    commit();

    assertThat(base).hasBinaryContent(expected);
    assertThat(content()).isEqualTo(expected);
    assertThat(OverlayFile.info(file).dataClusters()).isZero();
    assertThat(directory.toFile().list()).containsExactlyInAnyOrder("base.img", "o.overlay");
    try (Overlay disk = open()) { // over the base as it is now
      disk.write(5, ByteBuffer.wrap(new byte[] {7}));
      disk.flush();
    }
    commit();
    expected[5] = 7;
    assertThat(base).hasBinaryContent(expected);
  }

  @ParameterizedTest(name = "sizes in sectors: {0}")
  @ValueSource(strings = {"771", "300", "1000", "300 600"})
  @DisplayName("can be merged again after that was cut short anywhere, and not be used before")
  void commitCutShort(String sizes) throws IOException {
    byte[] expected = change(Arrays.stream(sizes.split(" ")).mapToInt(Integer::parseInt).toArray());
    byte[] overlay = Files.readAllBytes(file);
    var modified = Files.getLastModifiedTime(base);
    boolean cut = true;
    for (int steps = 0; cut; steps++) {
      Files.write(base, baseContent);
      Files.setLastModifiedTime(base, modified);
      Files.write(file, overlay);
      cut = commitCutShortAt(steps);
      if (cut) {
        assertThatThrownBy(this::open)
            .hasMessage(file + ": its commit has not ended; repeat virtio4j image commit");
        assertThatThrownBy(() -> compact(false)).hasMessageContaining("its commit has not ended");
        assertThat(OverlayFile.info(file).committing()).isTrue();
        commit();
      }
      assertThat(base).hasBinaryContent(expected);
      assertThat(content()).isEqualTo(expected);
    }
  }

  /** Commits to a base that fails after some steps; whether it did. */
  private boolean commitCutShortAt(int steps) throws IOException {
    try (RawFile disk = RawFile.open(base, false)) {
      BlockBackend failing = new FailingBackend(disk, steps);
      OverlayFile.commit(file, new BaseImage(base, failing), (done, total) -> {});
      return false;
    } catch (IOException e) {
      assertThat(e).hasMessage("the power failed");
      return true;
    }
  }

  @Test
  @DisplayName("is merged into no other base, and into none that is read-only")
  void commitElsewhere() throws IOException {
    change();
    Path other = Files.write(directory.resolve("other.img"), new byte[SIZE + 512]);
    try (BaseImage below = new BaseImage(other, RawFile.open(other, false))) {
      assertThatThrownBy(() -> OverlayFile.commit(file, below, (done, total) -> {}))
          .hasMessageContaining("lies over a base of " + SIZE + " bytes");
    }
    assertThat(other).hasBinaryContent(new byte[SIZE + 512]);
    try (BaseImage below = base(true)) {
      assertThatThrownBy(() -> OverlayFile.commit(file, below, (done, total) -> {}))
          .hasMessageContaining(base + ": open read-only");
    }
    assertThat(OverlayFile.info(file).committing()).isFalse();
  }

  @ParameterizedTest(name = "sizes in sectors: {0}, base named: {1}")
  @CsvSource({"771, false", "771, true", "100 1000, false", "100 1000, true"})
  @DisplayName("is written anew without what it no longer needs")
  void compact(String sizes, boolean withBase) throws IOException {
    try (Overlay disk = open()) {
      disk.write(CLUSTER, ByteBuffer.wrap(baseContent, CLUSTER, CLUSTER)); // as in the base
      disk.write(4 * CLUSTER, ByteBuffer.allocate(CLUSTER)); // zeroes
      disk.write(5 * CLUSTER, ByteBuffer.wrap(baseContent, 0, CLUSTER));
      disk.flush();
      disk.zero(5 * CLUSTER, CLUSTER, true);
      disk.flush();
    }
    byte[] expected = change(Arrays.stream(sizes.split(" ")).mapToInt(Integer::parseInt).toArray());
    long before = Files.size(file);
    compact(withBase);

    assertThat(content()).isEqualTo(expected);
    assertThat(Files.size(file)).isLessThan(before);
    assertThat(OverlayFile.check(file).problems()).isEmpty();
    // The first and the last, and what may be the same in the base.
    assertThat(OverlayFile.info(file).dataClusters()).isLessThanOrEqualTo(withBase ? 2 : 3);
    assertThat(directory.toFile().list()).containsExactlyInAnyOrder("base.img", "o.overlay");
    byte[] grown = Arrays.copyOf(expected, 2 * SIZE);
    try (Overlay disk = open()) {
      disk.resize(grown.length);
    }
    assertThat(content()).isEqualTo(grown);
  }

  @Test
  @DisplayName("is written anew with the same permissions, also through a symbolic link")
  void compactInPlace() throws IOException {
    byte[] expected = change();
    var permissions = PosixFilePermissions.fromString("rw-------");
    Files.setPosixFilePermissions(file, permissions);
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    OverlayFile.compact(link, Optional.empty(), (done, total) -> {});

    assertThat(link).isSymbolicLink();
    assertThat(file).isRegularFile();
    assertThat(Files.getPosixFilePermissions(file)).isEqualTo(permissions);
    assertThat(content()).isEqualTo(expected);
  }

  @Test
  @DisplayName("replaces what an earlier run left that was cut short, and nothing else")
  void leftovers() throws IOException {
    byte[] expected = change();
    Path next = directory.resolve("o.overlay.new");
    Files.createFile(next);
    compact(false);
    Files.write(next, Arrays.copyOf(Files.readAllBytes(file), 100_000));
    compact(false);
    assertThat(content()).isEqualTo(expected);
    assertThat(next).doesNotExist();

    Files.writeString(next, "a letter");
    assertThatThrownBy(() -> compact(false))
        .hasMessage(next + ": already exists and is no overlay; move it away");
    assertThat(next).hasContent("a letter");
    assertThat(content()).isEqualTo(expected);
  }

  @Test
  @DisplayName("is clean after any use, with unused clusters and a log that a crash cut off")
  void cleanCheck() throws IOException {
    change();
    try (Overlay disk = open()) {
      disk.zero(0, CLUSTER, true);
      disk.flush();
    }
    assertThat(OverlayFile.check(file))
        .isEqualTo(
            new OverlayCheck(
                List.of(
                    "header: good",
                    "log: 6 records in 1 clusters",
                    "data: 1 clusters of the disk, 3 more are zeroes",
                    "unused: 1 of the file's 4 clusters, for later writes"),
                List.of()));
    byte[] bytes = Files.readAllBytes(file);
    bytes[CLUSTER + 6 * 16 + 3] = 7;
    Files.write(file, bytes);
    assertThat(OverlayFile.check(file).problems()).isEmpty();
    assertThat(OverlayFile.check(file).findings()).anyMatch(line -> line.contains("crash"));
  }

  /** Appends a record to the log that checks out. */
  private void append(LogKind kind, int count, int a, int b) throws IOException {
    try (LockedFile image = LockedFile.open(file, false)) {
      OverlayScan scan = OverlayScan.sound(image);
      new LogWriter(image, new FileClusters(scan.used()), 16, scan.log())
          .append(log -> log.put(kind, count, a, b));
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '!',
      value = {
        "MAP  ! 1 ! 7          ! 2          ! puts 1 clusters of the disk from 7 on to 2",
        "MAP  ! 2 ! 6          ! 2          ! puts 2 clusters of the disk from 6 on to 2",
        "MAP  ! 1 ! -1         ! 2          ! puts 1 clusters of the disk from -1 on to 2",
        "MAP  ! 1 ! 0          ! 9          ! puts 1 clusters of the disk from 0 on to 9",
        "MAP  ! 1 ! 0          ! 1          ! puts 1 clusters of the disk from 0 on to 1",
        "MAP  ! 1 ! 5          ! 2          ! 1 clusters of the file are used twice",
        "ZERO ! 8 ! 0          ! 0          ! puts 8 clusters of the disk from 0 on to 1",
        "SIZE ! 0 ! 0          ! 0          ! a disk has a positive multiple of 512 bytes",
        "SIZE ! 0 ! 2147483647 ! 0          ! of the log: long overflow",
        "SIZE ! 0 ! 1000       ! 0          ! at most 64 TiB",
        "LINK ! 0 ! 0          ! 2          ! of no kind that fits there",
      })
  @DisplayName("is not used when its log is damaged or contradicts itself")
  void damagedLog(LogKind kind, int count, int a, int b, String problem) throws IOException {
    change();
    append(kind, count, a, b);

    assertThat(OverlayFile.check(file).problems())
        .singleElement()
        .asString()
        .contains(problem)
        .doesNotContain("\n");
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + ": damaged: ")
        .hasMessageContaining(problem)
        .hasMessageEndingWith("; see virtio4j image check");
    assertThatThrownBy(() -> OverlayFile.info(file)).hasMessageContaining("damaged");
  }

  @Test
  @DisplayName("is checked, whatever its header; what is no overlay can't be")
  void headers() throws IOException {
    assertThatThrownBy(() -> OverlayFile.check(base))
        .hasMessageContaining("no overlay of virtio4j");
    byte[] bytes = Files.readAllBytes(file);
    for (int at : new int[] {11, 15, 24, 39, 49, 508}) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 0x41;
      Files.write(file, damaged);
      assertThat(OverlayFile.check(file).problems()).hasSize(1);
      assertThatThrownBy(this::open).hasMessageStartingWith(file + ": ");
    }
  }

  @Test
  @DisplayName("is refused when its header is whole and contradicts itself")
  void contradictingHeaders() throws IOException {
    for (OverlayHeader header :
        new OverlayHeader[] {
          new OverlayHeader(17, 0, 512, 0, 0, ""),
          new OverlayHeader(16, 0, 0, 0, 0, ""),
          new OverlayHeader(16, 0, 1000, 0, 0, ""),
          new OverlayHeader(16, 0, 512, -512, 0, ""),
          new OverlayHeader(16, 0, 512, 512, 0, "a\u001b[2J"),
        }) {
      Path odd = directory.resolve("odd");
      try (LockedFile image = LockedFile.create(odd)) {
        header.write(image);
      }
      assertThat(OverlayFile.check(odd).problems())
          .singleElement()
          .asString()
          .contains("its header contradicts itself");
      Files.delete(odd);
    }
    assertThatThrownBy(
            () ->
                new OverlayHeader(16, 0, 512, 512, 0, "x".repeat(459))
                    .write(new SimulatedFile(new byte[0])))
        .hasMessageContaining("the name is too long");
  }

  /** A disk that does so many things and then no more. */
  private static final class FailingBackend implements BlockBackend {
    private final BlockBackend disk;
    private int steps;

    FailingBackend(BlockBackend disk, int steps) {
      this.disk = disk;
      this.steps = steps;
    }

    private void step() throws IOException {
      if (steps-- <= 0) {
        throw new IOException("the power failed");
      }
    }

    @Override
    public long size() {
      return disk.size();
    }

    @Override
    public void read(long position, ByteBuffer into) throws IOException {
      disk.read(position, into);
    }

    @Override
    public void write(long position, ByteBuffer from) throws IOException {
      step();
      disk.write(position, from);
    }

    @Override
    public void zero(long position, long length, boolean mayUnmap) throws IOException {
      step();
      disk.zero(position, length, mayUnmap);
    }

    @Override
    public void resize(long size) throws IOException {
      step();
      disk.resize(size);
    }

    @Override
    public void flush() throws IOException {
      step();
      disk.flush();
    }

    @Override
    public boolean isReadOnly() {
      return false;
    }

    @Override
    public void close() {}
  }
}
