package dev.virtio4j.virtio.blk;

import static dev.virtio4j.testing.BlkDriver.IN;
import static dev.virtio4j.testing.BlkDriver.OUT;
import static dev.virtio4j.testing.BlkDriver.header;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.block.Overlay;
import dev.virtio4j.block.RawFile;
import dev.virtio4j.testing.BlkDriver;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("DESIGN: no allocation per request, from notify to interrupt")
class AllocationTest {
  private static final int WARM_UP = 20_000;
  private static final int REQUESTS = 20_000;
  private static final int ROUNDS = 20;
  private static final int SIZE = 1 << 20;

  private static void assertNoAllocation(BlockBackend backend, boolean views) {
    BlkDriver driver = new BlkDriver(backend, BlkOptions.DEFAULTS, views);
    driver.start(BlkDriver.ALL_FEATURES & ~(1 << 24));
    int read = driver.queue.chain().readable(header(IN, 1)).writable(4096).writable(1).direct();
    int write =
        driver
            .queue
            .chain()
            .readable(header(OUT, 9))
            .readable(new byte[4096])
            .writable(1)
            .indirect();
    assertNoAllocation(driver, read, write);
  }

  private static void assertNoAllocation(BlkDriver driver, int read, int write) {
    driver.queue.notifyDevice();
    run(driver, read, write, WARM_UP);

    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    // Not before the last method on the way is compiled, and when that is, the host's load decides.
    for (int round = 0; round < ROUNDS && allocated >= REQUESTS / 10; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      run(driver, read, write, REQUESTS);
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(driver.device.counters().get(BlkCounter.ERRORS)).isZero();
    assertThat(allocated).as("bytes in %d requests", REQUESTS).isLessThan(REQUESTS / 10);
  }

  /** Makes the same two chains available again and again. */
  private static void run(BlkDriver driver, int read, int write, int requests) {
    for (int i = 0; i < requests; i += 2) {
      driver.queue.makeAvailable(read);
      driver.queue.makeAvailable(write);
      driver.queue.setUsedEvent(driver.queue.usedIndex());
      driver.queue.notifyDevice();
      driver.driver.readIsr();
    }
  }

  @Test
  @DisplayName("on memory, with windows on guest memory")
  void memory() {
    assertNoAllocation(new MemoryBackend(new byte[SIZE], false), true);
  }

  @Test
  @DisplayName("on memory, without windows on guest memory")
  void memoryWithoutViews() {
    assertNoAllocation(new MemoryBackend(new byte[SIZE], false), false);
  }

  @Test
  @DisplayName("on a temporary overlay")
  void overlay() throws IOException {
    try (Overlay disk = Overlay.temporary(new MemoryBackend(new byte[SIZE], true))) {
      assertNoAllocation(disk, true);
    }
  }

  @Test
  @DisplayName("on a raw file")
  void rawFile(@TempDir Path directory) throws IOException {
    Path image = Files.write(directory.resolve("disk.img"), new byte[SIZE]);
    try (RawFile file = RawFile.open(image, false)) {
      assertNoAllocation(file, true);
    }
  }

  @ParameterizedTest(name = "windows: {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("by SCSI commands")
  void scsi(boolean views) {
    BlkDriver driver =
        new BlkDriver(new MemoryBackend(new byte[SIZE], false), BlkOptions.DEFAULTS, views);
    driver.start(BlkDriver.ALL_FEATURES & ~(1 << 24));
    byte[] read10 = HexFormat.of().parseHex("28000000000100000800");
    byte[] write10 = HexFormat.of().parseHex("2A000000000900000800");
    int read =
        driver
            .queue
            .chain()
            .readable(header(2, 0))
            .readable(read10)
            .writable(4096)
            .writable(113)
            .direct();
    int write =
        driver
            .queue
            .chain()
            .readable(header(3, 0))
            .readable(write10)
            .readable(new byte[4096])
            .writable(113)
            .indirect();
    assertNoAllocation(driver, read, write);
  }
}
