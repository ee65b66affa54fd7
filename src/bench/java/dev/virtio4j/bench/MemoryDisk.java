package dev.virtio4j.bench;

import dev.virtio4j.block.MemoryBackend;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One request at random on a disk in memory that is larger than a CPU's caches. The floor is the
 * same by hand. The next request is made when the last byte of the one before was seen, so that the
 * host's CPU does not run several at a time.
 */
@State(Scope.Thread)
public class MemoryDisk {
  private static final int SIZE = 64 << 20;

  @Param({"read", "write"})
  String access;

  @Param({"512", "4096", "65536"})
  int bytes;

  private final byte[] disk = new byte[SIZE];
  private Positions positions;
  private DriverSide driver;
  private Floor floor;

  @Setup
  public void setUp() {
    positions = new Positions(SIZE, bytes);
    driver = new DriverSide(new MemoryBackend(disk, false));
    driver.prepare(access, 1, 1, bytes);
    floor = new Floor(driver.copyOfMemory(), disk);
  }

  @Benchmark
  public void device() {
    driver.setSector(0, positions.nextSector() + driver.lastByte());
    driver.run();
  }

  @Benchmark
  public void floor() {
    floor.setSector(0, positions.nextSector() + floor.lastByte(bytes));
    floor.run(1);
  }

  @TearDown
  public void tearDown() {
    driver.checkNoErrors();
  }
}
