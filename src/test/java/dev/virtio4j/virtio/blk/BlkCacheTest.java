package dev.virtio4j.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.LegacyDriver;
import dev.virtio4j.testing.RecordingBackend;
import dev.virtio4j.virtio.blk.BlkOptions.CacheMode;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The write cache: cache=, FLUSH and CONFIG_WCE")
class BlkCacheTest {
  private static final int WRITEBACK = LegacyDriver.CONFIG + 32;
  private static final int FLUSH_ONLY = BlkDriver.ALL_FEATURES;
  private static final int CONFIG_WCE = BlkDriver.ALL_FEATURES | BlkDriver.F_CONFIG_WCE;

  private final RecordingBackend backend = new RecordingBackend(new byte[1 << 20]);
  private BlkDriver disk;

  private void start(CacheMode cache, int features) {
    disk = new BlkDriver(backend, BlkOptions.builder().cache(cache).build(), true);
    disk.start(features);
  }

  private void assertWriteCalls(String... calls) {
    backend.calls.clear();
    disk.write(1, new byte[512]);
    assertThat(backend.calls).containsExactly(calls);
  }

  @Test
  @DisplayName("cache=writethrough: each write is stable, and writeback reads as 0")
  void writethrough() {
    start(CacheMode.WRITETHROUGH, FLUSH_ONLY);
    assertWriteCalls("write 512 512", "flush");
    assertThat(disk.driver.in(WRITEBACK, 1)).isZero();
  }

  @Test
  @DisplayName("CONFIG_WCE: the guest switches the cache off and on")
  void switches() {
    start(CacheMode.WRITEBACK, CONFIG_WCE);
    assertThat(disk.driver.in(WRITEBACK, 1)).isEqualTo(1);
    assertWriteCalls("write 512 512");
    backend.calls.clear();
    disk.driver.out(WRITEBACK, 1, 0);
    assertThat(backend.calls).as("what was written before").containsExactly("flush");
    assertWriteCalls("write 512 512", "flush");
    assertThat(disk.driver.in(WRITEBACK, 1)).isZero();
    disk.driver.out(WRITEBACK, 1, 1);
    assertWriteCalls("write 512 512");
  }

  @Test
  @DisplayName("CONFIG_WCE on a disk that starts without cache: the guest may switch it on")
  void switchesOn() {
    start(CacheMode.WRITETHROUGH, CONFIG_WCE);
    assertWriteCalls("write 512 512", "flush");
    disk.driver.out(WRITEBACK, 1, 1);
    assertWriteCalls("write 512 512");
  }

  @Test
  @DisplayName("a reset brings the first setting back")
  void reset() {
    start(CacheMode.WRITEBACK, CONFIG_WCE);
    disk.driver.out(WRITEBACK, 1, 0);
    disk.start(CONFIG_WCE);
    assertThat(disk.driver.in(WRITEBACK, 1)).isEqualTo(1);
    assertWriteCalls("write 512 512");
  }

  @Test
  @DisplayName("CONFIG_WCE not accepted: writeback can't be written")
  void notAccepted() {
    start(CacheMode.WRITEBACK, FLUSH_ONLY);
    disk.driver.out(WRITEBACK, 1, 0);
    assertThat(disk.driver.in(WRITEBACK, 1)).isEqualTo(1);
    assertWriteCalls("write 512 512");
  }

  @Test
  @DisplayName("cache=unsafe: nothing is ever flushed, whatever the guest accepted")
  void unsafe() {
    start(CacheMode.UNSAFE, 0);
    assertWriteCalls("write 512 512");
    assertThat(disk.flush().status()).isEqualTo(BlkDriver.OK);
    assertThat(backend.calls).doesNotContain("flush");
  }

  @Test
  @DisplayName("zeroes are as stable as writes")
  void zeroes() {
    start(CacheMode.WRITETHROUGH, CONFIG_WCE);
    disk.zero(BlkDriver.WRITE_ZEROES, 8, 8, 0);
    assertThat(backend.calls).containsExactly("zero 4096 4096", "flush");
  }
}
