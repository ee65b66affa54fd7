package dev.virtio4j.drive;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.scsi.CdromUnit;
import dev.virtio4j.virtio.scsi.ScsiHost;

/** A drive as a CD-ROM drive on a SCSI host. */
final class CdromFront implements FrontEnd {
  private final ScsiHost host;
  private final ScsiDrive place;
  private final CdromUnit unit;

  /**
   * Plugs a drive in.
   *
   * @param host where
   * @param place the rest of where, and what the user wants of it
   * @param disc what is in it; null for nothing
   * @throws IllegalArgumentException if the place is taken
   */
  CdromFront(ScsiHost host, ScsiDrive place, BlockBackend disc) {
    this.host = host;
    this.place = place;
    unit = disc == null ? new CdromUnit(place.identity()) : new CdromUnit(place.identity(), disc);
    host.attach(place.target(), place.lun(), unit, place.settings());
  }

  @Override
  public DriveCounters counters() {
    return DriveCounters.of(host.counters(place.target(), place.lun()));
  }

  @Override
  public void resize(long bytes) {
    throw new IllegalArgumentException("a disc has the size that it has");
  }

  @Override
  public void unplug() {
    host.detach(place.target(), place.lun());
  }

  @Override
  public CdromUnit tray() {
    return unit;
  }
}
