package dev.virtio4j.virtio.scsi;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.scsi.BlockLayout;
import dev.virtio4j.scsi.DiskUnit;
import dev.virtio4j.scsi.UnitIdentity;
import dev.virtio4j.scsi.WriteCache;
import java.io.IOException;

/** Units for a bus. */
final class TestUnits {
  private TestUnits() {}

  /** A disk with blocks of 512 bytes and a write cache that is on. */
  static DiskUnit disk(BlockBackend backend) {
    WriteCache cache =
        new WriteCache() {
          @Override
          public boolean isOn() {
            return true;
          }

          @Override
          public boolean isOnByDefault() {
            return true;
          }

          @Override
          public void flush() throws IOException {
            backend.flush();
          }
        };
    return new DiskUnit(
        backend, cache, UnitIdentity.ofDisk("x"), new BlockLayout(512, 512, 0, 0), true);
  }
}
