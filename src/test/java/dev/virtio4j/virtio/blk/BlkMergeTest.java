package dev.virtio4j.virtio.blk;

import static dev.virtio4j.testing.BlkDriver.IN;
import static dev.virtio4j.testing.BlkDriver.IOERR;
import static dev.virtio4j.testing.BlkDriver.OK;
import static dev.virtio4j.testing.BlkDriver.OUT;
import static dev.virtio4j.testing.BlkDriver.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.ChainBuilder;
import dev.virtio4j.testing.LogCapture;
import dev.virtio4j.testing.RecordingBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Requests that follow each other on a disk where calls are dear")
class BlkMergeTest {
  private final byte[] content = new byte[1 << 20];
  private final RecordingBackend backend = new RecordingBackend(content);
  private final List<ChainBuilder> chains = new ArrayList<>();
  private final LogCapture log = new LogCapture();
  private BlkDriver disk;

  @AfterEach
  void closeLog() {
    log.close();
  }

  @BeforeEach
  void start() {
    new Random(1).nextBytes(content);
    backend.mergeLimit = 4096;
    disk = BlkDriver.started(backend);
  }

  private void read(long sector, int length) {
    // The buffers are cut in odd places, and one byte is with the status.
    submit(disk.queue.chain().readable(header(IN, sector)).writable(length + 1, 7, length - 7));
  }

  private void write(long sector, byte[] data) {
    submit(disk.queue.chain().readable(header(OUT, sector)).readable(data, 7).writable(1));
  }

  private void submit(ChainBuilder chain) {
    chains.add(chain);
    chain.direct();
  }

  private List<Integer> statuses() {
    return chains.stream().map(chain -> (int) last(chain.written())).toList();
  }

  private static byte last(byte[] bytes) {
    return bytes[bytes.length - 1];
  }

  private byte[] sectors(int first, int length) {
    return Arrays.copyOfRange(content, first * 512, first * 512 + length);
  }

  @Test
  @DisplayName("reads are one call, and each gets its bytes")
  void reads() {
    read(3, 512);
    read(4, 1024);
    read(6, 512);
    read(8, 512);
    disk.queue.notifyDevice();
    assertThat(backend.calls).containsExactly("read 1536 2048", "read 4096 512");
    assertThat(statuses()).containsOnly(OK);
    assertThat(chains.get(1).written()).startsWith(sectors(4, 1024));
    assertThat(chains.get(2).written()).startsWith(sectors(6, 512));
    assertThat(disk.queue.reap().length()).isEqualTo(513);
    assertThat(disk.device.counters().get(BlkCounter.MERGED)).isEqualTo(2);
    assertThat(disk.device.counters().get(BlkCounter.BYTES_READ)).isEqualTo(2560);
    assertThat(disk.driver.line().rises()).isEqualTo(1);
  }

  @Test
  @DisplayName("writes are one call, no longer than the disk wants")
  void writes() {
    byte[] data = new byte[2048];
    new Random(2).nextBytes(data);
    write(8, data);
    write(12, data);
    write(16, data);
    disk.queue.notifyDevice();
    assertThat(backend.calls).containsExactly("write 4096 4096", "write 8192 2048");
    assertThat(statuses()).containsOnly(OK);
    assertThat(sectors(12, 2048)).isEqualTo(data);
    assertThat(sectors(16, 2048)).isEqualTo(data);
  }

  @Test
  @DisplayName("one request in many buffers is one call, too, as far as the disk wants")
  void manyBuffers() {
    write(8, new byte[2048]);
    disk.queue.notifyDevice();
    read(0, 6144);
    disk.queue.notifyDevice();
    assertThat(backend.calls).containsExactly("write 4096 2048", "read 0 4096", "read 4096 2048");
    assertThat(chains.get(1).written()).startsWith(sectors(0, 6144));
  }

  @Test
  @DisplayName("a read is not merged with a write, nor with one past the end")
  void notMerged() {
    read(2044, 512);
    write(2045, new byte[512]);
    read(2046, 1024);
    read(2048, 512);
    disk.queue.notifyDevice();
    assertThat(backend.calls)
        .containsExactly("read 1046528 512", "write 1047040 512", "read 1047552 1024");
    assertThat(statuses()).containsExactly(OK, OK, OK, IOERR);
  }

  @Test
  @DisplayName("when the host fails, each is tried alone: only those that can't be done fail")
  void hostFails() {
    backend.fails = call -> call.endsWith("1536") || call.startsWith("read 2048 ");
    read(3, 512);
    read(4, 512);
    read(5, 512);
    disk.queue.notifyDevice();
    assertThat(statuses()).containsExactly(OK, IOERR, OK);
    assertThat(chains.get(2).written()).startsWith(sectors(5, 512));
    assertThat(disk.queue.reap().length()).isEqualTo(513);
    assertThat(disk.queue.reap().length()).isEqualTo(1);
    assertThat(log.lines()).hasSize(1);
  }

  @Test
  @DisplayName("a buffer that is not RAM fails its own request and no other")
  void notRam() {
    write(3, new byte[512]);
    ChainBuilder broken = disk.queue.chain().readable(header(OUT, 4));
    submit(broken.raw(1L << 40, 512, 0).writable(1));
    write(5, new byte[512]);
    disk.queue.notifyDevice();
    assertThat(statuses()).containsExactly(OK, IOERR, OK);
    assertThat(sectors(3, 512)).containsOnly(0);
    assertThat(sectors(5, 512)).containsOnly(0);
  }
}
