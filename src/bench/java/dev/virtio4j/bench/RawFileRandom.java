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
 * One request at random on a file that is in the host's page cache. The floor is a bare positional
 * read or write of the same place, with a buffer of the kind that guest memory is.
 */
@State(Scope.Thread)
public class RawFileRandom {
  @Param({"read", "write"})
  String access;

  @Param({"512", "4096", "65536"})
  int bytes;

  private DiskImage image;
  private Positions positions;
  private BlkSide driver;
  private ByteBuffer buffer;

  @Setup
  public void setUp() throws IOException {
    image = new DiskImage("raw");
    positions = new Positions(DiskImage.SIZE, bytes);
    driver = new BlkSide(image.disk);
    driver.prepare(access, 1, 1, bytes);
    buffer = DriverSide.dataBuffer(bytes);
  }

  @Benchmark
  public void device() {
    driver.setSector(0, positions.nextSector());
    driver.run();
  }

  @Benchmark
  public int floor() throws IOException {
    return image.transfer(access, buffer.clear(), positions.nextSector() * 512L);
  }

  @TearDown
  public void tearDown() throws IOException {
    driver.checkNoErrors();
    image.close();
  }
}
