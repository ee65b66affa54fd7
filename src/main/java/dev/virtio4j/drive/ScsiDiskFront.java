package dev.virtio4j.drive;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.scsi.DataCache;
import dev.virtio4j.scsi.DiskUnit;
import dev.virtio4j.scsi.UnitAttention;
import dev.virtio4j.virtio.blk.BlkOptions.CacheMode;
import dev.virtio4j.virtio.scsi.ScsiHost;
import java.io.IOException;

/** A drive as a disk on a SCSI host. */
final class ScsiDiskFront implements FrontEnd {
  private final ScsiHost host;
  private final ScsiDrive place;
  private final BlockBackend image;
  private final DiskUnit unit;

  /**
   * Plugs a disk in.
   *
   * @param host where
   * @param place the rest of where, and what the user wants of it
   * @param image its content
   * @throws IllegalArgumentException if the image is none for such a disk, or the place is taken
   */
  ScsiDiskFront(ScsiHost host, ScsiDrive place, BlockBackend image) {
    this.host = host;
    this.place = place;
    this.image = image;
    checkSize(image.size());
    CacheMode cache = place.cache();
    unit =
        new DiskUnit(
            image,
            new DataCache(image, cache != CacheMode.WRITETHROUGH, cache != CacheMode.UNSAFE),
            place.identity(),
            place.layout(),
            place.discard());
    host.attach(place.target(), place.lun(), unit, place.settings());
  }

  private void checkSize(long bytes) {
    int block = place.layout().logicalBlockSize();
    if (bytes % block != 0) {
      throw new IllegalArgumentException(
          "logical_block_size=%d: the disk has %d bytes, no multiple of it; pad it or use 512"
              .formatted(block, bytes));
    }
  }

  @Override
  public DriveCounters counters() {
    return DriveCounters.of(host.counters(place.target(), place.lun()));
  }

  @Override
  public void resize(long bytes) throws IOException {
    checkSize(bytes);
    image.resize(bytes);
    unit.raise(UnitAttention.CAPACITY_CHANGED);
  }

  @Override
  public void unplug() {
    host.detach(place.target(), place.lun());
  }
}
