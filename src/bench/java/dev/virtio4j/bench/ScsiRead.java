package dev.virtio4j.bench;

import dev.virtio4j.block.MemoryBackend;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * READ(10) at random on a disk in memory, on a SCSI host and by SCSI_CMD on a block device. The
 * floor is IN of a block device on the same disk.
 */
@State(Scope.Thread)
public class ScsiRead {
  private static final int SIZE = 64 << 20;

  @Param({"SCSI host", "SCSI_CMD"})
  String access;

  @Param({"512", "4096", "65536"})
  int bytes;

  private Positions positions;
  private DriverSide scsi;
  private BlkSide blk;

  @Setup
  public void setUp() {
    MemoryBackend disk = new MemoryBackend(new byte[SIZE], false);
    positions = new Positions(SIZE, bytes);
    scsi = access.equals("SCSI_CMD") ? scsiCmd(disk) : scsiHost(disk);
    blk = new BlkSide(disk);
    blk.prepare("read", 1, 1, bytes);
  }

  private DriverSide scsiHost(MemoryBackend disk) {
    ScsiSide side = new ScsiSide(disk);
    side.prepareRead(bytes);
    return side;
  }

  private DriverSide scsiCmd(MemoryBackend disk) {
    BlkSide side = new BlkSide(disk);
    side.prepare("READ(10)", 1, 1, bytes);
    return side;
  }

  @Benchmark
  public void device() {
    scsi.setSector(0, positions.nextSector() + scsi.lastByte());
    scsi.run();
  }

  @Benchmark
  public void floor() {
    blk.setSector(0, positions.nextSector() + blk.lastByte());
    blk.run();
  }

  @TearDown
  public void tearDown() {
    scsi.checkNoErrors();
    blk.checkNoErrors();
  }
}
