package dev.virtio4j.drive;

import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.block.OnError;
import dev.virtio4j.scsi.BlockLayout;
import dev.virtio4j.scsi.ScsiBus;
import dev.virtio4j.scsi.UnitIdentity;
import dev.virtio4j.scsi.UnitSettings;
import dev.virtio4j.virtio.blk.BlkOptions.CacheMode;
import dev.virtio4j.virtio.scsi.ScsiOptions;

/**
 * What {@code --drive} says of a unit on a SCSI host.
 *
 * @param bus the number of the host
 * @param target 0 to 255; {@link #NEXT_FREE} until it has its place
 * @param lun 0 to 16383
 * @param identity what it is called
 * @param layout its blocks; of a CD-ROM drive, null
 * @param cache what becomes of a write before it is flushed
 * @param discard whether blocks give their space back
 * @param settings how its commands are treated
 * @param host what all drives of the bus say of the host
 */
record ScsiDrive(
    int bus,
    int target,
    int lun,
    UnitIdentity identity,
    BlockLayout layout,
    CacheMode cache,
    boolean discard,
    UnitSettings settings,
    ScsiOptions host) {
  static final int NEXT_FREE = -1;

  /** As many as a PCI bus has room for. */
  private static final int MAX_BUSES = 30;

  /**
   * Reads the values.
   *
   * @param values of all keys
   * @param timing how fast it seems
   * @return the unit
   * @throws IllegalArgumentException if a value is not allowed; the message is one line that says
   *     what is
   */
  static ScsiDrive of(DriveValues values, DiskTiming timing) {
    boolean isDisk = values.kind() == DriveKind.SCSI_DISK;
    String serial = values.text(DriveKey.SERIAL);
    return new ScsiDrive(
        values.number(DriveKey.BUS, 0, MAX_BUSES - 1),
        values.text(DriveKey.TARGET).isEmpty()
            ? NEXT_FREE
            : values.number(DriveKey.TARGET, 0, ScsiBus.TARGETS - 1),
        values.number(DriveKey.LUN, 0, ScsiBus.LUNS - 1),
        isDisk ? UnitIdentity.ofDisk(serial) : UnitIdentity.ofCdrom(serial),
        isDisk ? layout(values) : null,
        values.constant(DriveKey.CACHE, CacheMode.class),
        values.word(DriveKey.DISCARD).equals("unmap"),
        new UnitSettings(
            timing,
            values.constant(DriveKey.RERROR, OnError.class),
            values.constant(DriveKey.WERROR, OnError.class)),
        new ScsiOptions(
            values.number(DriveKey.NUM_QUEUES), values.number(DriveKey.QUEUE_SIZE), values.spec()));
  }

  private static BlockLayout layout(DriveValues values) {
    int logical = values.smallSize(DriveKey.LOGICAL_BLOCK_SIZE);
    int physical = values.smallSize(DriveKey.PHYSICAL_BLOCK_SIZE);
    return new BlockLayout(
        logical,
        physical == 0 ? logical : physical,
        values.smallSize(DriveKey.MIN_IO_SIZE),
        values.smallSize(DriveKey.OPT_IO_SIZE));
  }

  boolean isAt(ScsiDrive other) {
    return bus == other.bus && target == other.target && lun == other.lun;
  }

  /** Where it is, in words. */
  String place() {
    return "bus %d, target %d, LUN %d".formatted(bus, target, lun);
  }
}
