package dev.virtio4j.virtio.blk;

import static dev.virtio4j.testing.BlkDriver.BARRIER;
import static dev.virtio4j.testing.BlkDriver.IN;
import static dev.virtio4j.testing.BlkDriver.OUT;
import static dev.virtio4j.testing.BlkDriver.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.block.FaultPlan;
import dev.virtio4j.block.FaultyBackend;
import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.ChainBuilder;
import dev.virtio4j.testing.DriverQueue;
import dev.virtio4j.testing.LegacyDriver;
import dev.virtio4j.testing.RecordingBackend;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A disk that takes emulated time")
class BlkTimingTest {
  private static final int FEATURES = BlkDriver.ALL_FEATURES & ~LegacyDriver.EVENT_IDX;
  private static final long MS = 1_000_000;

  private final RecordingBackend backend = new RecordingBackend(new byte[1 << 20]);
  private BlkDriver disk;

  private void start(DiskTiming timing, int features) {
    disk = new BlkDriver(backend, BlkOptions.builder().timing(timing).build(), true);
    disk.start(features);
  }

  private static DiskTiming latency(long nanos) {
    return new DiskTiming(nanos, 0, 0, 0, 0, 0, 0);
  }

  private int submit(int type, long sector, int length) {
    ChainBuilder chain = disk.queue.chain().readable(header(type, sector));
    chain = (type & OUT) == 0 ? chain.writable(length) : chain.readable(new byte[length]);
    int head = chain.writable(1).direct();
    disk.queue.notifyDevice();
    return head;
  }

  private void assertNothingUsed() {
    assertThat(disk.queue.reap()).isNull();
    assertThat(disk.driver.line().isAsserted()).isFalse();
  }

  private void assertUsed(int head) {
    DriverQueue.Used used = disk.queue.reap();
    assertThat(used).as("used entry").isNotNull();
    assertThat(used.head()).isEqualTo(head);
  }

  @Test
  @DisplayName("latency: a request is done, and interrupts, after that time and not before")
  void latency() {
    start(latency(5 * MS), FEATURES);
    int head = submit(IN, 1, 512);
    disk.clock.advance(5 * MS - 1);
    assertNothingUsed();
    assertThat(backend.calls).isEmpty();

    disk.clock.advance(1);
    assertThat(disk.driver.line().isAsserted()).isTrue();
    assertUsed(head);
    assertThat(backend.calls).containsExactly("read 512 512");
  }

  @Test
  @DisplayName("latency: requests overlap")
  void overlap() {
    start(latency(5 * MS), FEATURES);
    int first = submit(IN, 1, 512);
    disk.clock.advance(2 * MS);
    int second = submit(IN, 9, 512);
    disk.clock.advance(3 * MS);
    assertUsed(first);
    assertThat(disk.queue.reap()).isNull();
    disk.clock.advance(2 * MS);
    assertUsed(second);
  }

  @Test
  @DisplayName("with EVENT_IDX: avail_event follows what was taken, before anything is done")
  void availEvent() {
    start(latency(MS), BlkDriver.ALL_FEATURES);
    submit(IN, 1, 512);
    assertThat(disk.queue.availEvent()).isEqualTo(1);
    disk.clock.advance(MS);
    assertThat(disk.driver.line().isAsserted()).isTrue();
  }

  @Test
  @DisplayName("iops: no more than so many in a second; the first at once")
  void requestsPerSecond() {
    start(new DiskTiming(0, 0, 0, 0, 100, 0, 0), FEATURES);
    assertUsed(submit(IN, 1, 512));
    int second = submit(OUT, 2, 512);
    int third = submit(IN, 3, 512);
    disk.clock.advance(10 * MS);
    assertUsed(second);
    assertThat(disk.queue.reap()).isNull();
    disk.clock.advance(10 * MS);
    assertUsed(third);
  }

  @Test
  @DisplayName("bps_wr: writes take their time, reads pass them by")
  void bytesPerSecond() {
    start(new DiskTiming(0, 0, 0, 1 << 20, 0, 0, 0), FEATURES);
    int write = submit(OUT, 0, 1 << 18);
    int read = submit(IN, 0, 512);
    assertUsed(read);
    disk.clock.advance(249 * MS);
    assertThat(disk.queue.reap()).isNull();
    disk.clock.advance(MS);
    assertUsed(write);
  }

  @Test
  @DisplayName("BARRIER: all before it are done first, and none of the later begins meanwhile")
  void barrier() {
    start(new DiskTiming(MS, 0, 0, 1 << 20, 0, 0, 0), FEATURES);
    int slow = submit(OUT, 0, 1 << 18);
    int barrier = submit(IN | BARRIER, 8, 512);
    int later = submit(IN, 9, 512);
    disk.clock.advance(250 * MS);
    assertThat(disk.queue.reap()).isNull();
    disk.clock.advance(MS);
    assertUsed(slow);
    assertUsed(barrier);
    assertThat(disk.queue.reap()).isNull();
    disk.clock.advance(MS);
    assertUsed(later);
    assertThat(backend.calls).last().isEqualTo("read 4608 512");
  }

  @Test
  @DisplayName(
      "reset: requests in flight are forgotten, and nothing of them reaches memory or disk")
  void reset() {
    start(latency(MS), FEATURES);
    submit(IN, 1, 512);
    submit(OUT, 2, 512);
    disk.start(FEATURES);
    byte[] ram = disk.memory.ram.clone();
    disk.clock.advance(5 * MS);
    assertThat(disk.memory.ram).isEqualTo(ram);
    assertThat(backend.calls).isEmpty();
    assertNothingUsed();

    int head = submit(IN, 3, 512);
    disk.clock.advance(MS);
    assertUsed(head);
  }

  @Test
  @DisplayName("a queue that the driver takes away: its requests are forgotten")
  void queueTakenAway() {
    start(latency(MS), FEATURES);
    submit(OUT, 2, 512);
    disk.driver.out(LegacyDriver.QUEUE_ADDRESS, 4, 0);
    disk.clock.advance(5 * MS);
    assertThat(backend.calls).isEmpty();
    assertThat(disk.driver.line().isAsserted()).isFalse();
  }

  @Test
  @DisplayName("a whole ring of requests is in flight at once, and all come back")
  void wholeRing() {
    start(latency(MS), FEATURES);
    for (int i = 0; i < disk.queue.size() / 3; i++) {
      disk.queue.chain().readable(header(IN, i)).writable(512).writable(1).direct();
    }
    disk.queue.notifyDevice();
    assertNothingUsed();
    disk.clock.advance(MS);
    assertThat(disk.queue.usedIndex()).isEqualTo(disk.queue.size() / 3);
    assertThat(disk.driver.line().rises()).isEqualTo(1);
  }

  @Test
  @DisplayName("a backend that is slow now and then delays those requests, and no others")
  void slowBackend() {
    BlockBackend slow = new FaultyBackend(backend, FaultPlan.parse("read:slow=2ms:count=1"));
    disk = new BlkDriver(slow, BlkOptions.DEFAULTS, true);
    disk.start(FEATURES);
    disk.clock.advance(5 * MS);
    int first = submit(IN, 1, 512);
    assertNothingUsed();
    assertUsed(submit(IN, 8, 512));
    disk.clock.advance(2 * MS);
    assertUsed(first);
  }

  @Test
  @DisplayName("a request that moves nothing has the latency only, one past the end too")
  void nothingMoved() {
    start(new DiskTiming(0, 1, 0, 0, 0, 0, 0), FEATURES);
    assertUsed(submit(IN, -1, 512));
    assertUsed(submit(BlkDriver.FLUSH, 0, 0));
  }
}
