package dev.virtio4j.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.block.BaseImage;
import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.OverlayFile;
import dev.virtio4j.testing.SmallQcow2;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("the image of a drive")
class DriveImageTest {
  private static final int CLUSTER = SmallQcow2.CLUSTER;
  private static final byte[] BASE_NAME = "base.img".getBytes(StandardCharsets.US_ASCII);

  @TempDir private Path directory;
  private Path raw;
  private Path qcow2;
  private Path child;
  private byte[] content;

  @BeforeEach
  void makeImages() throws IOException {
    SmallQcow2 image = new SmallQcow2(3, true, false);
    content = image.content();
    qcow2 = Files.write(directory.resolve("disk.qcow2"), image.file().array());
    image.file().putLong(8, 400).putInt(16, BASE_NAME.length).put(400, BASE_NAME);
    child = Files.write(directory.resolve("child.qcow2"), image.file().array());
    byte[] base = new byte[3 * CLUSTER];
    Arrays.fill(base, (byte) 0xBA);
    raw = Files.write(directory.resolve("base.img"), base);
  }

  private static BlockBackend open(String drive, boolean snapshot) throws IOException {
    return DriveOptions.parse(drive).image().open(snapshot);
  }

  private static byte[] read(BlockBackend disk, long position, int length) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(length);
    disk.read(position, into);
    return into.array();
  }

  @Test
  @DisplayName("may be qcow2, read-only")
  void qcow2() throws IOException {
    try (BlockBackend disk = open("format=qcow2,readonly=on,file=" + qcow2, false)) {
      assertThat(disk.isReadOnly()).isTrue();
      assertThat(read(disk, 0, content.length)).isEqualTo(content);
    }
  }

  @Test
  @DisplayName("may be qcow2 under --snapshot, and is written without a trace")
  void snapshot() throws IOException {
    byte[] before = Files.readAllBytes(qcow2);
    try (BlockBackend disk = open("format=qcow2,file=" + qcow2, true)) {
      assertThat(disk.isReadOnly()).isFalse();
      disk.write(CLUSTER, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      disk.flush();
      assertThat(read(disk, CLUSTER, 3)).containsExactly(1, 2, 3);
    }
    assertThat(qcow2).hasBinaryContent(before);
  }

  @Test
  @DisplayName("is not written when it is qcow2: the line says what can be done")
  void writable() {
    assertThatThrownBy(() -> open("format=qcow2,file=" + qcow2, false))
        .isInstanceOf(IOException.class)
        .hasMessage(
            qcow2
                + ": a qcow2 image is only read;"
                + " add readonly=on or --snapshot, or lay an overlay over it");
  }

  @Test
  @DisplayName("is raw unless the user says otherwise, whatever it holds")
  void neverGuessed() throws IOException {
    Path image = Files.write(directory.resolve("a.qcow2"), new byte[1024]);
    Files.write(image, "QFI\u00fb".getBytes(StandardCharsets.ISO_8859_1), StandardOpenOption.WRITE);
    try (BlockBackend disk = open("file=" + image, false)) {
      assertThat(disk.size()).isEqualTo(1024);
    }
    assertThatThrownBy(() -> open("format=qcow2,readonly=on,file=" + raw, false))
        .hasMessage(raw + ": no qcow2 image; say with format= what the file is");
  }

  @Test
  @DisplayName("has a raw backing file when the user names it")
  void rawBacking() throws IOException {
    String drive = "format=qcow2,readonly=on,backing-format=raw,file=" + child + ",backing=" + raw;
    try (BlockBackend disk = open(drive, false)) {
      assertThat(read(disk, CLUSTER, CLUSTER)).containsOnly(0xBA);
      assertThat(read(disk, 0, CLUSTER)).isEqualTo(Arrays.copyOf(content, CLUSTER));
    }
    open("file=" + raw, false).close(); // closed with the image
  }

  @Test
  @DisplayName("has a qcow2 backing file when the user names it")
  void qcow2Backing() throws IOException {
    String drive = "format=qcow2,readonly=on,backing-format=qcow2,file=" + child + ",backing=";
    try (BlockBackend disk = open(drive + qcow2, false)) {
      assertThat(read(disk, 0, content.length)).isEqualTo(content);
    }
  }

  @Test
  @DisplayName("is closed, backing file and all, when it can't be opened")
  void closedAfterRefusal() throws IOException {
    String drive = "format=qcow2,readonly=on,backing-format=raw,backing=" + raw + ",file=";
    assertThatThrownBy(() -> open(drive + qcow2, false)).hasMessageContaining("leave backing= out");
    assertThatThrownBy(() -> open(drive + directory.resolve("none"), false))
        .hasMessageContaining("no such file");
    open(drive + child, false).close();
  }

  @Test
  @DisplayName("goes wrong where a fault says so, also above a snapshot")
  void fault() throws IOException {
    for (boolean snapshot : new boolean[] {false, true}) {
      try (BlockBackend disk = open("fault=read:EIO:sector=8-15,file=" + raw, snapshot)) {
        assertThatThrownBy(() -> read(disk, 4096, 512))
            .hasMessage("Input/output error (fault=read:EIO:sector=8-15)");
        assertThat(read(disk, 8192, 512)).containsOnly(0xBA);
      }
    }
  }

  @Test
  @DisplayName("keeps in memory what a lost flush should have written, until it is closed")
  void lostFlush() throws IOException {
    byte[] before = Files.readAllBytes(raw);
    try (BlockBackend disk = open("fault=flush:lost,file=" + raw, false)) {
      disk.write(0, ByteBuffer.wrap(new byte[] {1}));
      disk.flush();
      assertThat(read(disk, 0, 1)).containsExactly(1);
      assertThat(raw).hasBinaryContent(before);
    }
    before[0] = 1;
    assertThat(raw).hasBinaryContent(before);
  }

  @Test
  @DisplayName("may be an overlay over a raw image, or over qcow2 with its backing file")
  void overlay() throws IOException {
    Path overlay = directory.resolve("o.overlay");
    for (DiskImage base :
        new DiskImage[] {
          new DiskImage(raw, DiskImage.RAW, null),
          new DiskImage(child, DiskImage.QCOW2, new DiskImage(raw, DiskImage.RAW, null))
        }) {
      try (BaseImage below = base.openBase()) {
        OverlayFile.create(overlay, below.disk().size(), Optional.of(below));
      }
      String drive = "format=overlay,file=%s,base=%s".formatted(overlay, base.file());
      if (base.below() != null) {
        drive += ",base-format=qcow2,backing-format=raw,backing=" + raw;
      }
      try (BlockBackend disk = open(drive, false)) {
        disk.write(CLUSTER + 1, ByteBuffer.wrap(new byte[] {1}));
        disk.flush();
      }
      try (BlockBackend disk = open(drive, true)) {
        assertThat(read(disk, CLUSTER, 3)).containsExactly(0xBA, 1, 0xBA);
        disk.write(CLUSTER, ByteBuffer.wrap(new byte[] {2, 2, 2}));
      }
      try (BlockBackend disk = open(drive + ",readonly=on", false)) {
        assertThat(read(disk, CLUSTER, 3)).containsExactly(0xBA, 1, 0xBA);
      }
      Files.delete(overlay);
    }
  }

  @Test
  @DisplayName("is never opened over what an overlay names: the user names the base")
  void baseNotNamed() throws IOException {
    Path overlay = directory.resolve("o.overlay");
    try (BaseImage below = new DiskImage(raw, DiskImage.RAW, null).openBase()) {
      OverlayFile.create(overlay, below.disk().size(), Optional.of(below));
    }
    assertThatThrownBy(() -> open("format=overlay,file=" + overlay, false))
        .hasMessage(
            overlay + ": lies over a base, then named 'base.img'; name the base, as by base=FILE");
  }
}
