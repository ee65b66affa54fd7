package dev.virtio4j.fuzz;

import dev.virtio4j.scsi.BlockLayout;
import dev.virtio4j.scsi.CdromUnit;
import dev.virtio4j.scsi.DataCache;
import dev.virtio4j.scsi.DiskUnit;
import dev.virtio4j.scsi.LogicalUnit;
import dev.virtio4j.scsi.UnitIdentity;
import java.util.Arrays;

/** A place on the bus, and the unit for it, which may be there or not. */
final class ScsiSlot {
  static final int COUNT = 4;

  private static final int BLOCKS_OF_4096 = 1;
  private static final int READ_ONLY = 2;
  private static final int CDROM = 3;
  private static final int[] TARGETS = {0, 0, 1, 2};
  private static final int[] LUNS = {0, 1, 300, 0};

  private final int number;
  final int target;
  final int lun;
  final HostDisk disk;
  LogicalUnit unit;
  boolean isAttached = true;

  private boolean hasMedium = true;
  private byte[] seen;

  ScsiSlot(int number, byte[] content, HostFaults faults) {
    this.number = number;
    target = TARGETS[number];
    lun = LUNS[number];
    disk = new HostDisk(content.clone(), number >= READ_ONLY, 0, faults);
    seen = content;
    renew();
  }

  /** Another one with the same content, on a host that does not fail. */
  ScsiSlot copy() {
    ScsiSlot copy = new ScsiSlot(number, disk.bytes(), new HostFaults());
    copy.isAttached = isAttached;
    copy.hasMedium = hasMedium;
    copy.renew();
    return copy;
  }

  /** Makes the unit anew, as a restarted host does. */
  void renew() {
    UnitIdentity identity = UnitIdentity.ofDisk("slot" + number);
    if (number == CDROM) {
      unit = hasMedium ? new CdromUnit(identity, disk) : new CdromUnit(identity);
    } else {
      int size = number == BLOCKS_OF_4096 ? 4096 : 512;
      DataCache cache = new DataCache(disk, number != BLOCKS_OF_4096, true);
      unit = new DiskUnit(disk, cache, identity, new BlockLayout(size, size, 0, 0), true);
    }
  }

  boolean canBeResized() {
    return number < READ_ONLY;
  }

  /** Takes the medium out, or puts it in. */
  void changeMedium(boolean force) {
    if (unit instanceof CdromUnit drive) {
      if (drive.hasMedium()) {
        drive.eject(force);
      } else {
        drive.insert(disk);
      }
      hasMedium = drive.hasMedium();
    }
  }

  /** The field "lun" of requests, as a number. */
  long address() {
    return 1 | target << 8 | (0x40 | lun >> 8) << 16 | (lun & 0xFFL) << 24;
  }

  /** Whether a request's field means this unit; of the two forms of a LUN either is good. */
  boolean isMeantBy(long field) {
    return ((field ^ address()) & ~0x40_0000L) == 0;
  }

  /** Whether the content has changed since the last time that this was asked. */
  boolean hasChanged() {
    boolean changed = Arrays.mismatch(seen, disk.bytes()) >= 0;
    if (changed) {
      seen = disk.bytes().clone();
    }
    return changed;
  }
}
