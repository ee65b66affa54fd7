package dev.virtio4j.drive;

import dev.virtio4j.scsi.CdromUnit;
import java.io.IOException;

/** What the guest sees of a drive, from one power-on of the machine to the next. */
interface FrontEnd {

  /** What it has done since power-on. */
  DriveCounters counters();

  /**
   * Changes the size of the disk, and tells the guest.
   *
   * @param bytes the new size
   * @throws IOException if the image can't have it; nothing has changed then
   * @throws IllegalArgumentException if it is none for this disk
   */
  void resize(long bytes) throws IOException;

  /**
   * Takes the drive away from the guest, and tells it.
   *
   * @throws IllegalArgumentException if this can't be done while the machine runs
   */
  void unplug();

  /**
   * The drive as one with a tray.
   *
   * @throws IllegalArgumentException if it is none
   */
  default CdromUnit tray() {
    throw new IllegalArgumentException("has no tray; name a drive with media=cdrom");
  }
}
