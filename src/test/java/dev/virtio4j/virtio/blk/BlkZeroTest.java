package dev.virtio4j.virtio.blk;

import static dev.virtio4j.testing.BlkDriver.DISCARD;
import static dev.virtio4j.testing.BlkDriver.IOERR;
import static dev.virtio4j.testing.BlkDriver.OK;
import static dev.virtio4j.testing.BlkDriver.UNSUPP;
import static dev.virtio4j.testing.BlkDriver.WRITE_ZEROES;
import static dev.virtio4j.testing.BlkDriver.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.RecordingBackend;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("DISCARD and WRITE_ZEROES")
class BlkZeroTest {
  private final byte[] content = new byte[1 << 20];
  private final RecordingBackend backend = new RecordingBackend(content);
  private BlkDriver disk = BlkDriver.started(backend);

  @BeforeEach
  void fill() {
    Arrays.fill(content, (byte) 7);
  }

  @ParameterizedTest
  @ValueSource(ints = {DISCARD, WRITE_ZEROES})
  @DisplayName("the range reads as zeroes, and nothing around it")
  void zeroes(int type) {
    BlkDriver.Result result = disk.zero(type, 8, 3, 0);
    assertThat(result.status()).isEqualTo(OK);
    assertThat(result.usedLength()).isEqualTo(1);
    assertThat(disk.read(8, 1536).data()).containsOnly(0);
    assertThat(disk.read(7, 512).data()).containsOnly(7);
    assertThat(disk.read(11, 512).data()).containsOnly(7);
  }

  @Test
  @DisplayName("several segments in one request")
  void segments() {
    disk.zero(DISCARD, 8, 1, 0, 16, 2, 0);
    assertThat(backend.calls).containsExactly("zero 4096 512 unmap", "zero 8192 1024 unmap");
    assertThat(disk.device.counters().get(BlkCounter.DISCARDS)).isEqualTo(1);
    assertThat(disk.device.counters().get(BlkCounter.BYTES_DISCARDED)).isEqualTo(1536);
  }

  @ParameterizedTest(name = "type {0}, flags {1}: {2}")
  @CsvSource({"13, 0, zero 4096 512", "13, 1, zero 4096 512 unmap", "11, 0, zero 4096 512 unmap"})
  @DisplayName("space is given back for DISCARD, and for WRITE_ZEROES that says so")
  void unmap(int type, int flags, String call) {
    disk.zero(type, 8, 1, flags);
    assertThat(backend.calls).containsExactly(call);
  }

  @Test
  @DisplayName("discard=ignore: DISCARD does nothing, and WRITE_ZEROES keeps the space")
  void ignored() {
    disk = new BlkDriver(backend, BlkOptions.builder().discard(false).build(), true);
    disk.start(BlkDriver.ALL_FEATURES);
    assertThat(disk.zero(DISCARD, 8, 1, 0).status()).isEqualTo(OK);
    assertThat(disk.zero(WRITE_ZEROES, 8, 1, 1).status()).isEqualTo(OK);
    assertThat(backend.calls).containsExactly("zero 4096 512");
  }

  @ParameterizedTest(name = "type {0}, flags {1}")
  @CsvSource({"11, 1", "11, 2", "13, 2", "13, -1"})
  @DisplayName("flags that the type does not have: UNSUPP, and nothing is done")
  void unknownFlags(int type, int flags) {
    assertThat(disk.zero(type, 0, 1, 0, 8, 1, flags).status()).isEqualTo(UNSUPP);
    assertThat(backend.calls).isEmpty();
  }

  @ParameterizedTest(name = "sector {0}, {1} sectors")
  @CsvSource({"2048, 1", "2047, 2", "-1, 1", "0, 2049", "0, 4194304", "0, -1", "9e9, 0"})
  @DisplayName("a range that is not on the disk, or too long: IOERR, and nothing is done")
  void outOfRange(double sector, long sectors) {
    assertThat(disk.zero(WRITE_ZEROES, 0, 1, 0, (long) sector, sectors, 0).status())
        .isEqualTo(IOERR);
    assertThat(backend.calls).isEmpty();
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {0, 1, 15, 17, 65 * 16})
  @DisplayName("no whole segments, none, or more than 64: IOERR")
  void wrongLength(int length) {
    byte[] data = new byte[length];
    assertThat(
            disk.run(disk.queue.chain().readable(header(DISCARD, 0)).readable(data).writable(1))
                .status())
        .isEqualTo(IOERR);
    assertThat(backend.calls).isEmpty();
  }

  @Test
  @DisplayName("64 segments are the most")
  void mostSegments() {
    long[] segments = LongStream.range(0, 64).flatMap(i -> LongStream.of(2 * i, 1, 0)).toArray();
    assertThat(disk.zero(DISCARD, segments).status()).isEqualTo(OK);
    assertThat(backend.calls).hasSize(64);
  }

  @Test
  @DisplayName("blocks of 4096 bytes: whole blocks only")
  void largeBlocks() {
    disk = new BlkDriver(backend, BlkOptions.builder().logicalBlockSize(4096).build(), true);
    disk.start(BlkDriver.ALL_FEATURES);
    assertThat(disk.zero(DISCARD, 8, 8, 0).status()).isEqualTo(OK);
    assertThat(disk.zero(DISCARD, 4, 8, 0).status()).isEqualTo(IOERR);
    assertThat(disk.zero(DISCARD, 8, 4, 0).status()).isEqualTo(IOERR);
  }

  @Test
  @DisplayName("a disk that can only be read offers neither, and answers with IOERR")
  void readOnly() {
    disk = BlkDriver.started(new MemoryBackend(content, true));
    assertThat(disk.device.offeredFeatures() & (3 << 13)).isZero();
    assertThat(disk.zero(DISCARD, 8, 1, 0).status()).isEqualTo(IOERR);
    assertThat(disk.zero(WRITE_ZEROES, 8, 1, 0).status()).isEqualTo(IOERR);
    assertThat(content).containsOnly(7);
  }
}
