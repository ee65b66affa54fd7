package dev.virtio4j.bench;

import dev.virtio4j.block.MemoryBackend;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Requests that move no sectors, on a disk in memory: what a request costs by itself. */
@State(Scope.Thread)
public class WithoutData {
  @Param({"flush", "get ID"})
  String access;

  private final byte[] disk = new byte[1 << 20];
  private BlkSide driver;
  private Floor floor;

  @Setup
  public void setUp() {
    driver = new BlkSide(new MemoryBackend(disk, false));
    driver.prepare(access, 1, access.equals("flush") ? 0 : 1, 20);
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
