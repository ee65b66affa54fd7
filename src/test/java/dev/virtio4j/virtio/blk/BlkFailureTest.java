package dev.virtio4j.virtio.blk;

import static dev.virtio4j.testing.BlkDriver.OK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.OnError;
import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.ChainBuilder;
import dev.virtio4j.testing.LogCapture;
import dev.virtio4j.testing.RecordingBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A disk of which the host fails: rerror and werror")
class BlkFailureTest {
  private final LogCapture log = new LogCapture();

  private final RecordingBackend backend = new RecordingBackend(new byte[1 << 20]);
  private final List<String> stops = new ArrayList<>();
  private BlkDriver disk;

  private void start(OnError read, OnError write) {
    disk = new BlkDriver(backend, BlkOptions.builder().onError(read, write).build(), true);
    disk.device.onStop(stops::add);
    disk.start(BlkDriver.ALL_FEATURES);
  }

  @AfterEach
  void closeLog() {
    log.close();
  }

  @BeforeEach
  void fail() {
    backend.fails = call -> true;
  }

  @Test
  @DisplayName("ignore: the guest sees nothing of it, the log does")
  void ignored() {
    start(OnError.REPORT, OnError.IGNORE);
    assertThat(disk.write(0, new byte[512]).status()).isEqualTo(OK);
    assertThat(disk.flush().status()).isEqualTo(OK);
    assertThat(disk.read(0, 512).status()).isEqualTo(BlkDriver.IOERR);
    assertThat(log.lines()).hasSize(3);
  }

  @Test
  @DisplayName("stop: the request waits, and is done once the host can do it again")
  void stops() {
    start(OnError.REPORT, OnError.STOP);
    byte[] data = {1, 2, 3};
    ChainBuilder write = disk.queue.chain().readable(BlkDriver.header(BlkDriver.OUT, 7));
    int head = write.readable(Arrays.copyOf(data, 512)).writable(1).direct();
    disk.queue.notifyDevice();
    assertThat(stops).containsExactly("the host's disk is full");
    assertThat(disk.queue.reap()).isNull();

    disk.device.resume();
    assertThat(stops).hasSize(2);
    assertThat(disk.queue.reap()).isNull();

    backend.fails = call -> false;
    disk.device.resume();
    assertThat(stops).hasSize(2);
    assertThat(disk.finish(write, head).status()).isEqualTo(OK);
    assertThat(disk.driver.line().isAsserted()).isTrue();
    assertThat(disk.read(7, 512).data()).startsWith(1, 2, 3, 0);
  }

  @Test
  @DisplayName("stop: requests behind the one that failed wait, too, and keep their order")
  void othersWait() {
    start(OnError.STOP, OnError.STOP);
    disk.queue
        .chain()
        .readable(BlkDriver.header(BlkDriver.IN, 5))
        .writable(512)
        .writable(1)
        .direct();
    disk.queue.chain().readable(BlkDriver.header(BlkDriver.FLUSH, 0)).writable(1).direct();
    disk.queue.notifyDevice();
    assertThat(backend.calls).containsExactly("read 2560 512");
    backend.fails = call -> false;
    disk.device.resume();
    assertThat(backend.calls).containsExactly("read 2560 512", "read 2560 512", "flush");
    assertThat(disk.queue.usedIndex()).isEqualTo(2);
  }

  @Test
  @DisplayName("stop: a driver that resets the device meanwhile gets nothing of the old requests")
  void resetWhileStopped() {
    start(OnError.STOP, OnError.STOP);
    disk.queue.chain().readable(BlkDriver.header(BlkDriver.FLUSH, 0)).writable(1).direct();
    disk.queue.notifyDevice();
    disk.start(BlkDriver.ALL_FEATURES);
    backend.fails = call -> false;
    disk.device.resume();
    assertThat(backend.calls).containsExactly("flush");
    assertThat(disk.queue.usedIndex()).isZero();
    assertThat(disk.read(0, 512).status()).isEqualTo(OK);
  }
}
