package dev.virtio4j.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Requests that follow each other on the disk, many to a notification, on a file that is in the
 * host's page cache. The floor is as many bare positional reads or writes.
 */
@State(Scope.Thread)
public class RawFileSequential {
  @Param({"read", "write"})
  String access;

  @Param("4096")
  int bytes;

  @Param("32")
  int count;

  private DiskImage image;
  private BlkSide driver;
  private ByteBuffer buffer;
  private int position;

  @Setup
  public void setUp() throws IOException {
    image = new DiskImage("raw");
    driver = new BlkSide(image.disk);
    driver.prepare(access, count, 1, bytes);
    buffer = DriverSide.dataBuffer(bytes);
  }

  private int nextPosition() {
    position = (position + bytes) & (DiskImage.SIZE - 1);
    return position;
  }

  @Benchmark
  public void device() {
    for (int i = 0; i < count; i++) {
      driver.setSector(i, nextPosition() / 512);
    }
    driver.run();
  }

  @Benchmark
  public int floor() throws IOException {
    int moved = 0;
    for (int i = 0; i < count; i++) {
      moved += image.transfer(access, buffer.clear(), nextPosition());
    }
    return moved;
  }

  @TearDown
  public void tearDown() throws IOException {
    driver.checkNoErrors();
    image.close();
  }
}
