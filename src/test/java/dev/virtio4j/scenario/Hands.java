package dev.virtio4j.scenario;

import dev.virtio4j.scenario.Host.Unit;
import java.io.IOException;

/** What the user of a machine does to it while it runs. Devices are counted as in the script. */
interface Hands {
  /** Changes the size of a disk. */
  void resize(int device, long bytes) throws IOException;

  /** Changes the size of a disk on a SCSI host. */
  void resize(int device, UnitAddress unit, long bytes) throws IOException;

  /** Adds a unit to a SCSI host. */
  void plug(int device, Unit unit) throws IOException;

  /** Takes a unit away. */
  void unplug(int device, UnitAddress unit) throws IOException;

  /** Opens the tray of a CD-ROM drive by force, and takes the medium from it. */
  void eject(int device, UnitAddress unit) throws IOException;

  /** Puts a medium into a CD-ROM drive that is empty. */
  void insert(int device, UnitAddress unit, Disk medium) throws IOException;
}
