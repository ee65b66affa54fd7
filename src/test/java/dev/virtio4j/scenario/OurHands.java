package dev.virtio4j.scenario;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.block.OnError;
import dev.virtio4j.scenario.Host.Kind;
import dev.virtio4j.scenario.Host.Unit;
import dev.virtio4j.scsi.BlockLayout;
import dev.virtio4j.scsi.CdromUnit;
import dev.virtio4j.scsi.DataCache;
import dev.virtio4j.scsi.DiskUnit;
import dev.virtio4j.scsi.LogicalUnit;
import dev.virtio4j.scsi.UnitAttention;
import dev.virtio4j.scsi.UnitIdentity;
import dev.virtio4j.scsi.UnitSettings;
import dev.virtio4j.virtio.VirtioDevice;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.scsi.ScsiHost;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The user of our machine. */
final class OurHands implements Hands {
  private final List<VirtioDevice> devices;
  private final Map<Place, Attached> attached = new HashMap<>();

  /** A unit of a device. */
  private record Place(int device, UnitAddress unit) {}

  /** What is there. */
  private record Attached(LogicalUnit unit, BlockBackend medium) {}

  OurHands(List<VirtioDevice> devices) {
    this.devices = devices;
  }

  @Override
  public void resize(int device, long bytes) throws IOException {
    ((BlkDevice) devices.get(device)).resize(bytes);
  }

  @Override
  public void resize(int device, UnitAddress unit, long bytes) throws IOException {
    Attached resized = attached.get(new Place(device, unit));
    resized.medium.resize(bytes);
    resized.unit.raise(UnitAttention.CAPACITY_CHANGED);
  }

  @Override
  public void plug(int device, Unit unit) {
    Disk disk = unit.medium();
    BlockBackend medium = new MemoryBackend(disk.content(), disk.readOnly());
    LogicalUnit made = unit.kind() == Kind.DISK ? disk(disk, medium) : cdrom(unit, medium);
    attached.put(new Place(device, unit.address()), new Attached(made, medium));
    DiskTiming timing = new DiskTiming(disk.number("latency", 0), 0, 0, 0, 0, 0, 0);
    host(device)
        .attach(
            unit.address().target(),
            unit.address().lun(),
            made,
            new UnitSettings(timing, OnError.REPORT, OnError.REPORT));
  }

  private static DiskUnit disk(Disk disk, BlockBackend medium) {
    int blockSize = disk.number("logical_block_size", Disk.SECTOR);
    return new DiskUnit(
        medium,
        new DataCache(medium, true, true),
        UnitIdentity.ofDisk(disk.options().getOrDefault("serial", "")),
        new BlockLayout(
            blockSize,
            disk.number("physical_block_size", blockSize),
            disk.number("min_io_size", 0),
            disk.number("opt_io_size", 0)),
        disk.options().getOrDefault("discard", "unmap").equals("unmap"));
  }

  private static CdromUnit cdrom(Unit unit, BlockBackend medium) {
    UnitIdentity identity =
        UnitIdentity.ofCdrom(unit.medium().options().getOrDefault("serial", ""));
    return unit.empty() ? new CdromUnit(identity) : new CdromUnit(identity, medium);
  }

  @Override
  public void unplug(int device, UnitAddress unit) {
    attached.remove(new Place(device, unit));
    host(device).detach(unit.target(), unit.lun());
  }

  @Override
  public void eject(int device, UnitAddress unit) {
    drive(device, unit).eject(true);
  }

  @Override
  public void insert(int device, UnitAddress unit, Disk medium) {
    drive(device, unit).insert(new MemoryBackend(medium.content(), true));
  }

  private CdromUnit drive(int device, UnitAddress unit) {
    return (CdromUnit) attached.get(new Place(device, unit)).unit;
  }

  private ScsiHost host(int device) {
    return (ScsiHost) devices.get(device);
  }
}
