package dev.virtio4j.crash;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.MemoryBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The crash test notices")
class DiskModelTest {
  private static final List<WritePlan.Write> FIRST = List.of(new WritePlan.Write(7, 2, 2));
  private static final List<WritePlan.Write> SECOND = List.of(new WritePlan.Write(8, 1, 3));

  private final DiskModel model = new DiskModel();
  private final BlockBackend disk =
      new MemoryBackend(new byte[WritePlan.SECTORS * BlockBackend.SECTOR_SIZE], false);

  @BeforeEach
  void disk() throws IOException {
    for (int sector = 0; sector < WritePlan.SECTORS; sector++) {
      write(sector, VersionedSector.FIRST);
    }
  }

  private void write(int sector, long version) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(BlockBackend.SECTOR_SIZE);
    VersionedSector.put(content, sector, version);
    disk.write((long) sector * BlockBackend.SECTOR_SIZE, content.flip());
  }

  private void assertNoticed(int sector) {
    assertThatThrownBy(() -> model.check(disk))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("version of sector " + sector + " ");
  }

  @Test
  @DisplayName("nothing, if what was flushed is there, and of the rest any part")
  void allWell() throws IOException {
    model.flushed(FIRST);
    model.written(SECOND);
    write(7, 2);
    write(8, 2);
    model.check(disk);
    model.written(SECOND);
    write(8, 3);
    model.check(disk);
  }

  @Test
  @DisplayName("a sector that was flushed and is lost, or is an older one")
  void lost() throws IOException {
    model.flushed(FIRST);
    write(7, 2);
    assertNoticed(8);
    model.flushed(SECOND);
    write(8, 2);
    assertNoticed(8);
  }

  @Test
  @DisplayName("that a sector once seen goes back to what it was")
  void backAgain() throws IOException {
    model.written(FIRST);
    write(7, 2);
    model.check(disk);
    write(7, 1);
    assertNoticed(7);
  }

  @Test
  @DisplayName("a sector that is partly of one write and partly of another")
  void torn() throws IOException {
    model.flushed(FIRST);
    write(7, 2);
    write(8, 2);
    model.written(SECOND);
    ByteBuffer content = ByteBuffer.allocate(BlockBackend.SECTOR_SIZE);
    VersionedSector.put(content, 8, 3);
    disk.write(8L * BlockBackend.SECTOR_SIZE, content.flip().limit(256));
    assertNoticed(8);
  }

  @Test
  @DisplayName("what belongs elsewhere on the disk")
  void elsewhere() throws IOException {
    ByteBuffer content = ByteBuffer.allocate(BlockBackend.SECTOR_SIZE);
    model.flushed(FIRST);
    write(7, 2);
    VersionedSector.put(content, 7, 2);
    disk.write(8L * BlockBackend.SECTOR_SIZE, content.flip());
    assertNoticed(8);
  }
}
