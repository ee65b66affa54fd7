package dev.virtio4j.bench;

import dev.virtio4j.block.MemoryBackend;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** READ(10) by SCSI_CMD at random on a disk in memory. The floor is IN on the same disk. */
@State(Scope.Thread)
public class ScsiCmdRead {
  private static final int SIZE = 64 << 20;

  @Param({"512", "4096", "65536"})
  int bytes;

  private Positions positions;
  private BlkSide scsi;
  private BlkSide blk;

  @Setup
  public void setUp() {
    MemoryBackend disk = new MemoryBackend(new byte[SIZE], false);
    positions = new Positions(SIZE, bytes);
    scsi = new BlkSide(disk);
    scsi.prepare("READ(10)", 1, 1, bytes);
    blk = new BlkSide(disk);
    blk.prepare("read", 1, 1, bytes);
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
