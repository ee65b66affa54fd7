package dev.virtio4j.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.BlockBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Which version of each sector is on stable storage, and which may be there as well. */
final class DiskModel {
  private final long[] flushed = new long[WritePlan.SECTORS];
  private final long[] written = new long[WritePlan.SECTORS];

  /** A disk as it was made. */
  DiskModel() {
    Arrays.fill(flushed, VersionedSector.FIRST);
    Arrays.fill(written, VersionedSector.FIRST);
  }

  /** A batch was written and flushed. */
  void flushed(List<WritePlan.Write> batch) {
    put(flushed, batch);
    put(written, batch);
  }

  /** A batch may have been written, as a whole, in part or not at all. */
  void written(List<WritePlan.Write> batch) {
    put(written, batch);
  }

  private static void put(long[] versions, List<WritePlan.Write> batch) {
    for (WritePlan.Write write : batch) {
      for (int i = 0; i < write.count(); i++) {
        versions[write.sector() + i] = write.version();
      }
    }
  }

  /** Checks a disk. What is found there counts as flushed from now on. */
  void check(BlockBackend disk) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(WritePlan.SECTORS * BlockBackend.SECTOR_SIZE);
    disk.read(0, content);
    for (int sector = 0; sector < WritePlan.SECTORS; sector++) {
      content.position(sector * BlockBackend.SECTOR_SIZE);
      long found = VersionedSector.version(content, sector);
      assertThat(found)
          .as("version of sector %d (-1: of no one write)", sector)
          .isIn(flushed[sector], written[sector]);
      flushed[sector] = found;
      written[sector] = found;
    }
  }
}
