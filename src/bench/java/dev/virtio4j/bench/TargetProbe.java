package dev.virtio4j.bench;

import dev.virtio4j.block.MemoryBackend;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * SeaBIOS's way to find disks: INQUIRY to every target of a SCSI host, one after the other, of
 * which one is there. The floor is as many notifications with nothing available.
 */
@State(Scope.Thread)
public class TargetProbe {
  private static final int BAD_TARGET = 3;

  @Param("256")
  int targets;

  private ScsiSide scsi;

  @Setup
  public void setUp() {
    scsi = new ScsiSide(new MemoryBackend(new byte[1 << 20], false));
    scsi.prepareInquiry();
  }

  @Benchmark
  public void device() {
    for (int target = 0; target < targets; target++) {
      scsi.setTarget(target);
      scsi.run();
      if (scsi.response() != (target == 0 ? 0 : BAD_TARGET)) {
        throw new IllegalStateException("target " + target + ": " + scsi.response());
      }
    }
  }

  @Benchmark
  public void floor() {
    for (int target = 0; target < targets; target++) {
      scsi.notifyOfNothing();
    }
  }
}
