package dev.virtio4j.bench;

import dev.virtio4j.block.MemoryBackend;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Notifications with nothing available. The floor is one look at the available index for each. */
@State(Scope.Thread)
public class EmptyNotifications {
  @Param({"1", "32768"})
  int count;

  private final byte[] disk = new byte[1 << 20];
  private BlkSide driver;
  private Floor floor;

  @Setup
  public void setUp() {
    driver = new BlkSide(new MemoryBackend(disk, false));
    floor = new Floor(driver.copyOfMemory(), disk);
  }

  @Benchmark
  public void device() {
    for (int i = 0; i < count; i++) {
      driver.notifyOfNothing();
    }
  }

  @Benchmark
  public void floor() {
    for (int i = 0; i < count; i++) {
      floor.lookAtNothing();
    }
  }
}
