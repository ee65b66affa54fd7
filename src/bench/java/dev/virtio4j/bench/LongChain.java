package dev.virtio4j.bench;

import dev.virtio4j.block.MemoryBackend;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One read of so many descriptors, 512 bytes of data each, on a disk in memory. */
@State(Scope.Thread)
public class LongChain {
  @Param({"16", "128", "1024"})
  int count;

  private final byte[] disk = new byte[1 << 20];
  private BlkSide driver;
  private Floor floor;

  @Setup
  public void setUp() {
    driver = new BlkSide(new MemoryBackend(disk, false));
    driver.prepare("read", 1, count - 2, 512);
    floor = new Floor(driver.copyOfMemory(), disk);
  }

  @Benchmark
  public void device() {
    driver.run();
  }

  @Benchmark
  public void floor() {
    floor.run(1);
  }

  @TearDown
  public void tearDown() {
    driver.checkNoErrors();
  }
}
