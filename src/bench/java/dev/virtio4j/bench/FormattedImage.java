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
 * One read at random on an image that is in the host's page cache, and whose data is all in the
 * file. The floor is a bare positional read.
 */
@State(Scope.Thread)
public class FormattedImage {
  @Param({"overlay", "qcow2"})
  String format;

  @Param("4096")
  int bytes;

  private DiskImage image;
  private Positions positions;
  private BlkSide driver;
  private ByteBuffer buffer;

  @Setup
  public void setUp() throws IOException {
    image = new DiskImage(format);
    positions = new Positions(DiskImage.SIZE, bytes);
    driver = new BlkSide(image.disk);
    driver.prepare("read", 1, 1, bytes);
    buffer = DriverSide.dataBuffer(bytes);
  }

  @Benchmark
  public void device() {
    driver.setSector(0, positions.nextSector());
    driver.run();
  }

  @Benchmark
  public int floor() throws IOException {
    return image.transfer("read", buffer.clear(), positions.nextSector() * 512L);
  }

  @TearDown
  public void tearDown() throws IOException {
    driver.checkNoErrors();
    image.close();
  }
}
