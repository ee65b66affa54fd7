package dev.virtio4j.block;

import static dev.virtio4j.block.BlockBackend.Operation.FLUSH;
import static dev.virtio4j.block.BlockBackend.Operation.READ;
import static dev.virtio4j.block.BlockBackend.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.BlockBackendContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("a disk with faults")
class FaultyBackendTest extends BlockBackendContract {
  private static final int SECTORS = 32;

  private final byte[] bytes = new byte[SECTORS * 512];

  @Override
  protected BlockBackend create(byte[] content) {
    return new FaultyBackend(
        new MemoryBackend(content, false), FaultPlan.parse("any:EIO:sector=1000"));
  }

  private BlockBackend disk(String plan) {
    return new FaultyBackend(new MemoryBackend(bytes, false), FaultPlan.parse(plan));
  }

  private BlkDriver driver(String plan) {
    return BlkDriver.started(disk(plan));
  }

  private static byte[] data(int length) {
    byte[] data = new byte[length];
    Arrays.fill(data, (byte) 7);
    return data;
  }

  /** Which of some requests, one after the other, end with IOERR. */
  private static List<Integer> failures(int requests, IntStatus request) {
    return IntStream.range(0, requests)
        .filter(
            i -> {
              int status = request.of(i);
              assertThat(status).isIn(BlkDriver.OK, BlkDriver.IOERR);
              return status == BlkDriver.IOERR;
            })
        .boxed()
        .toList();
  }

  private interface IntStatus {
    int of(int index);
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("gives a guest IOERR for reads of exactly the sectors that are bad")
  @CsvSource(
      delimiter = '|',
      value = {
        "read:EIO:sector=8          | 8",
        "read:EIO:sector=8-11       | 8,9,10,11",
        "read:EIO:sector=0+any:EIO:sector=30-99 | 0,30,31",
        "write:EIO                  | ''",
        "read:EIO:after=3:count=2   | 3,4",
        "read:EIO:sector=8-15:after=1:count=3 | 9,10,11",
        "read:EIO:count=0           | ''",
      })
  void readErrors(String plan, String bad) {
    BlkDriver driver = driver(plan);
    assertThat(failures(SECTORS, i -> driver.read(i, 512).status()))
        .isEqualTo(
            Arrays.stream(bad.split(",", 0))
                .filter(s -> !s.isEmpty())
                .map(Integer::valueOf)
                .toList());
  }

  @Test
  @DisplayName("fails reads that touch a bad sector with any of their bytes")
  void overlap() {
    BlkDriver driver = driver("read:EIO:sector=8-11");
    assertThat(driver.read(0, 8 * 512).status()).isEqualTo(BlkDriver.OK);
    assertThat(driver.read(0, 9 * 512).status()).isEqualTo(BlkDriver.IOERR);
    assertThat(driver.read(11, 2 * 512).status()).isEqualTo(BlkDriver.IOERR);
    assertThat(driver.read(12, 4 * 512).status()).isEqualTo(BlkDriver.OK);
    assertThat(driver.read(0, 32 * 512).status()).isEqualTo(BlkDriver.IOERR);
  }

  @Test
  @DisplayName("that is full takes no write after some, and can be read and flushed")
  void full() {
    BlkDriver driver = driver("write:ENOSPC:after=2");
    assertThat(failures(5, i -> driver.write(i, data(512)).status())).containsExactly(2, 3, 4);
    assertThat(driver.read(0, 1536).data()).startsWith(data(1024)).endsWith(new byte[512]);
    assertThat(driver.flush().status()).isEqualTo(BlkDriver.OK);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @DisplayName("says what the host would say, and which fault it was")
  @CsvSource({
    "EIO, Input/output error",
    "ENOSPC, No space left on device",
    "EROFS, Read-only file system",
    "EDQUOT, Disk quota exceeded",
  })
  void messages(String error, String words) {
    assertThatThrownBy(() -> disk("write:" + error).write(0, ByteBuffer.allocate(512)))
        .isInstanceOf(IOException.class)
        .hasMessage(words + " (fault=write:" + error + ")");
    assertThat(bytes).containsOnly(0);
  }

  @Test
  @DisplayName("moves a part of a write that is cut short")
  void shortWrite() {
    BlkDriver driver = driver("write:short=1000:sector=0-3+write:short:sector=4-7");
    assertThat(driver.write(0, data(1024)).status()).isEqualTo(BlkDriver.IOERR);
    assertThat(driver.write(3, data(512)).status()).isEqualTo(BlkDriver.OK);
    assertThat(driver.write(4, data(1024)).status()).isEqualTo(BlkDriver.IOERR);

    byte[] expected = new byte[bytes.length];
    Arrays.fill(expected, 0, 1000, (byte) 7);
    Arrays.fill(expected, 3 * 512, 5 * 512, (byte) 7);
    assertThat(bytes).isEqualTo(expected);
  }

  @Test
  @DisplayName("moves a part of a read or of zeroes that is cut short")
  void shortReadAndZero() throws IOException {
    Arrays.fill(bytes, (byte) 7);
    BlockBackend disk = disk("any:short=100");
    ByteBuffer into = ByteBuffer.allocate(512);
    assertThatThrownBy(() -> disk.read(0, into)).hasMessageContaining("Input/output error");
    assertThat(Arrays.copyOf(into.array(), 101)).startsWith(data(100)).endsWith((byte) 0);

    assertThatThrownBy(() -> disk.zero(1024, 512, true)).hasMessageContaining("any:short=100");
    assertThat(Arrays.copyOfRange(bytes, 1024, 1124)).containsOnly(0);
    assertThat(bytes[1124]).isEqualTo((byte) 7);
    disk.zero(0, 100, false);
    disk.flush();
  }

  @Test
  @DisplayName("fails zeroes and flushes, too")
  void zeroAndFlush() throws IOException {
    BlockBackend disk = disk("zero:EIO:count=1+flush:EIO:after=1:count=1");
    assertThatThrownBy(() -> disk.zero(0, 512, true)).isInstanceOf(IOException.class);
    disk.zero(0, 512, true);

    BlkDriver driver = BlkDriver.started(disk);
    assertThat(failures(4, i -> driver.flush().status())).containsExactly(1);
  }

  @Test
  @DisplayName("is slow when it should be, in emulated time")
  void slow() {
    BlockBackend disk = disk("flush:slow=2s:count=1+any:slow=250us:sector=8+read:EIO");
    assertThat(disk.delayNanos(FLUSH, 0, 0)).isEqualTo(2_000_000_000L);
    assertThat(disk.delayNanos(FLUSH, 0, 0)).isZero();
    assertThat(disk.delayNanos(READ, 4096, 512)).isEqualTo(250_000);
    assertThat(disk.delayNanos(WRITE, 0, 8192)).isEqualTo(250_000);
    assertThat(disk.delayNanos(READ, 0, 4096)).isZero();
  }

  @Test
  @DisplayName("lets a guest wait for a slow flush, and for nothing else")
  void slowFlush() {
    BlkDriver driver = driver("flush:slow=2s");
    assertThat(driver.write(0, data(512)).status()).isEqualTo(BlkDriver.OK);
    driver.queue.chain().readable(BlkDriver.header(BlkDriver.FLUSH, 0)).writable(1).direct();
    driver.queue.notifyDevice();

    driver.clock.advance(1_999_999_999);
    assertThat(driver.queue.reap()).isNull();
    driver.clock.advance(1);
    assertThat(driver.queue.reap()).isNotNull();
  }

  @Test
  @DisplayName("adds up what makes it slow, also below it")
  void slowTwice() {
    BlockBackend disk =
        new FaultyBackend(
            new VolatileCache(disk("read:slow=1ms+any:slow=7ns")), FaultPlan.parse("any:slow=3us"));
    assertThat(disk.delayNanos(READ, 0, 512)).isEqualTo(1_003_007);
  }

  @Test
  @DisplayName("is as large as it is, and changes its size as it can")
  void size() throws IOException {
    BlockBackend disk = disk("any:EIO");
    disk.resize(1024);
    assertThat(disk.size()).isEqualTo(1024);
    assertThat(disk.isReadOnly()).isFalse();
    assertThat(disk.mergeLimit()).isZero();
  }

  @Test
  @DisplayName("that loses a flush loses what the guest relies on when the power fails")
  void lostFlush() {
    VolatileCache cache = new VolatileCache(new MemoryBackend(bytes, false));
    BlkDriver driver =
        BlkDriver.started(new FaultyBackend(cache, FaultPlan.parse("flush:lost:after=1:count=1")));

    assertThat(driver.write(0, data(512)).status()).isEqualTo(BlkDriver.OK);
    assertThat(driver.flush().status()).isEqualTo(BlkDriver.OK);
    assertThat(driver.write(1, data(512)).status()).isEqualTo(BlkDriver.OK);
    assertThat(driver.flush().status()).isEqualTo(BlkDriver.OK);
    assertThat(driver.read(1, 512).data()).containsOnly(7);
    cache.crash();

    assertThat(driver.read(0, 512).data()).containsOnly(7);
    assertThat(driver.read(1, 512).data()).containsOnly(0);
    assertThat(driver.write(1, data(512)).status()).isEqualTo(BlkDriver.OK);
    assertThat(driver.flush().status()).isEqualTo(BlkDriver.OK);
    cache.crash();
    assertThat(driver.read(1, 512).data()).containsOnly(7);
  }
}
