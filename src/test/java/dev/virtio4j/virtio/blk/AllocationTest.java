package dev.virtio4j.virtio.blk;

import static dev.virtio4j.testing.BlkDriver.DISCARD;
import static dev.virtio4j.testing.BlkDriver.FLUSH;
import static dev.virtio4j.testing.BlkDriver.GET_ID;
import static dev.virtio4j.testing.BlkDriver.IN;
import static dev.virtio4j.testing.BlkDriver.OUT;
import static dev.virtio4j.testing.BlkDriver.WRITE_ZEROES;
import static dev.virtio4j.testing.BlkDriver.header;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.block.Overlay;
import dev.virtio4j.block.RawFile;
import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.ChainBuilder;
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
  private static final int NOTIFICATIONS = 1000;
  private static final int ROUNDS = 400;
  private static final int SIZE = 1 << 20;

  @TempDir Path directory;

  /** Makes the same chains available again and again, with one notification for all of them. */
  private static void assertNoAllocation(BlkDriver driver, int... heads) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    // Not before the last method on the way is compiled, and when that is, the host's load decides.
    for (int round = 0; round < ROUNDS && allocated >= NOTIFICATIONS / 10; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      run(driver, heads);
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(allocated)
        .as("bytes in %d notifications", NOTIFICATIONS)
        .isLessThan(NOTIFICATIONS / 10);
    assertThat(driver.device.counters().get(BlkCounter.ERRORS)).isZero();
    assertThat(driver.device.counters().get(BlkCounter.UNSUPPORTED)).isZero();
    assertThat(driver.device.counters().get(BlkCounter.INTERRUPTS)).isNotZero();
  }

  private static void run(BlkDriver driver, int[] heads) {
    for (int i = 0; i < NOTIFICATIONS; i++) {
      for (int head : heads) {
        driver.queue.makeAvailable(head);
      }
      driver.queue.setUsedEvent(driver.queue.usedIndex());
      driver.queue.notifyDevice();
      driver.driver.readIsr();
    }
  }

  private static BlkDriver driver(BlockBackend backend, boolean views) {
    BlkDriver driver = new BlkDriver(backend, BlkOptions.DEFAULTS, views);
    driver.start(BlkDriver.ALL_FEATURES & ~(1 << 24));
    return driver;
  }

  private static MemoryBackend memory() {
    return new MemoryBackend(new byte[SIZE], false);
  }

  private RawFile rawFile() throws IOException {
    return RawFile.open(Files.write(directory.resolve("disk.img"), new byte[SIZE]), false);
  }

  private static void assertReadsAndWritesAllocateNothing(BlkDriver driver) {
    ChainBuilder write = driver.queue.chain().readable(header(OUT, 9)).readable(new byte[4096]);
    assertNoAllocation(
        driver,
        driver.queue.chain().readable(header(IN, 1)).writable(4096).writable(1).direct(),
        write.writable(1).indirect());
  }

  /** A request to DISCARD or WRITE_ZEROES of 8 sectors. */
  private static int zero(BlkDriver driver, int type) {
    byte[] segment = new byte[16]; // struct virtio_blk_discard_write_zeroes
    segment[0] = 24; // sector
    segment[8] = 8; // num_sectors
    ChainBuilder chain = driver.queue.chain();
    return chain.readable(header(type, 0)).readable(segment).writable(1).direct();
  }

  @ParameterizedTest(name = "windows on guest memory: {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("reads and writes on memory")
  void readsAndWritesOfMemory(boolean views) {
    assertReadsAndWritesAllocateNothing(driver(memory(), views));
  }

  @ParameterizedTest(name = "windows on guest memory: {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("reads and writes by SCSI commands")
  void scsi(boolean views) {
    BlkDriver driver = driver(memory(), views);
    byte[] read10 = HexFormat.of().parseHex("28000000000100000800");
    byte[] write10 = HexFormat.of().parseHex("2A000000000900000800");
    ChainBuilder read = driver.queue.chain().readable(header(2, 0)).readable(read10);
    ChainBuilder write = driver.queue.chain().readable(header(3, 0)).readable(write10);
    assertNoAllocation(
        driver,
        read.writable(4096).writable(113).direct(),
        write.readable(new byte[4096]).writable(113).indirect());
  }

  @Test
  @DisplayName("reads and writes on a temporary overlay")
  void overlay() throws IOException {
    try (Overlay disk = Overlay.temporary(new MemoryBackend(new byte[SIZE], true))) {
      assertReadsAndWritesAllocateNothing(driver(disk, true));
    }
  }

  @Test
  @DisplayName("reads and writes on a raw file")
  void readsAndWritesOfRawFile() throws IOException {
    try (RawFile file = rawFile()) {
      assertReadsAndWritesAllocateNothing(driver(file, true));
    }
  }

  @Test
  @DisplayName("reads and writes on a raw file that are merged")
  void mergedOnRawFile() throws IOException {
    try (RawFile file = rawFile()) {
      BlkDriver driver = driver(file, true);
      int[] heads = new int[8];
      for (int i = 0; i < heads.length; i++) {
        ChainBuilder chain = driver.queue.chain();
        heads[i] =
            i < 4
                ? chain.readable(header(IN, 8L * i)).writable(4096).writable(1).direct()
                : chain.readable(header(OUT, 8L * i)).readable(new byte[4096]).writable(1).direct();
      }
      assertNoAllocation(driver, heads);
      BlkCounters counters = driver.device.counters();
      assertThat(counters.get(BlkCounter.MERGED)).isEqualTo(counters.requests() / 8 * 6);
    }
  }

  @Test
  @DisplayName("FLUSH and GET_ID")
  void withoutSectors() {
    BlkDriver driver = driver(memory(), true);
    assertNoAllocation(
        driver,
        driver.queue.chain().readable(header(FLUSH, 0)).writable(1).direct(),
        driver.queue.chain().readable(header(GET_ID, 0)).writable(20).writable(1).direct());
  }

  @Test
  @DisplayName("DISCARD and WRITE_ZEROES on a raw file")
  void zeroesOnRawFile() throws IOException {
    try (RawFile file = rawFile()) {
      BlkDriver driver = driver(file, true);
      assertNoAllocation(driver, zero(driver, DISCARD), zero(driver, WRITE_ZEROES));
    }
  }

  @Test
  @DisplayName("DISCARD and WRITE_ZEROES on memory")
  void zeroesOnMemory() {
    BlkDriver driver = driver(memory(), true);
    assertNoAllocation(driver, zero(driver, DISCARD), zero(driver, WRITE_ZEROES));
  }
}
