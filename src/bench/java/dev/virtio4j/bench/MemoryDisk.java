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
 * same by hand.
 *
 * <p>The next request is made when the last byte of the one before was seen where it went: in RAM
 * after a read, on the disk after a write. So the host's CPU does not run several at a time, and
 * what is measured is one request from its start to its end. A floor is so short that the CPU would
 * else begin the next ones while it waits for the memory of the disk.
 */
@State(Scope.Thread)
public class MemoryDisk {
  private static final int SIZE = 64 << 20;

  @Param({"read", "write"})
  String access;

  @Param({"512", "4096", "65536"})
  int bytes;

  private final byte[] disk = new byte[SIZE];
  private boolean writes;
  private int end;
  private Positions positions;
  private BlkSide driver;
  private Floor floor;

  @Setup
  public void setUp() {
    writes = access.equals("write");
    end = bytes;
    positions = new Positions(SIZE, bytes);
    driver = new BlkSide(new MemoryBackend(disk, false));
    driver.prepare(access, 1, 1, bytes);
    floor = new Floor(driver.copyOfMemory(), disk);
  }

  @Benchmark
  public void device() {
    driver.setSector(0, nextSector(driver.lastByte()));
    driver.run();
  }

  @Benchmark
  public void floor() {
    floor.setSector(0, nextSector(floor.lastByte(bytes)));
    floor.run(1);
  }

  /** All bytes are zero. */
  private int nextSector(int lastByteInRam) {
    int lastByte = writes ? disk[end - 1] : lastByteInRam;
    int sector = positions.nextSector() + lastByte;
    end = sector * 512 + bytes;
    return sector;
  }

  @TearDown
  public void tearDown() {
    driver.checkNoErrors();
  }
}
