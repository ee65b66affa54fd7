package dev.virtio4j.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.BlockBackendContract;
import dev.virtio4j.virtio.blk.BlkOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("a volatile write cache")
class VolatileCacheTest extends BlockBackendContract {
  private final byte[] bytes = new byte[10 * 4096 + 512];
  private final VolatileCache disk = new VolatileCache(new MemoryBackend(bytes, false));

  @Override
  protected BlockBackend create(byte[] content) {
    return new VolatileCache(new MemoryBackend(content, false));
  }

  private static ByteBuffer ones(int length) {
    byte[] ones = new byte[length];
    Arrays.fill(ones, (byte) 1);
    return ByteBuffer.wrap(ones);
  }

  private byte[] read(long position, int length) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(length);
    disk.read(position, into);
    return into.array();
  }

  @Test
  @DisplayName("keeps writes to itself until a flush")
  void flush() throws IOException {
    disk.write(100, ones(10_000));
    assertThat(bytes).containsOnly(0);
    assertThat(read(100, 10_000)).containsOnly(1);

    disk.flush();
    assertThat(Arrays.copyOfRange(bytes, 100, 10_100)).containsOnly(1);
    assertThat(Arrays.copyOf(bytes, 100)).containsOnly(0);
  }

  @Test
  @DisplayName("forgets in a crash all that was not flushed, and nothing else")
  void crash() throws IOException {
    disk.write(0, ones(512));
    disk.flush();
    disk.write(512, ones(bytes.length - 512));
    disk.crash();

    assertThat(read(0, 512)).containsOnly(1);
    assertThat(read(512, bytes.length - 512)).containsOnly(0);
    disk.close();
    assertThat(Arrays.copyOfRange(bytes, 512, bytes.length)).containsOnly(0);
  }

  @Test
  @DisplayName("is written out when it is closed without a crash")
  void close() throws IOException {
    disk.write(bytes.length - 700, ones(700));
    disk.close();
    assertThat(Arrays.copyOfRange(bytes, bytes.length - 700, bytes.length)).containsOnly(1);
  }

  @Test
  @DisplayName("zeroes what was written and what was not")
  void zero() throws IOException {
    Arrays.fill(bytes, (byte) 9);
    disk.write(4000, ones(5000));
    disk.zero(4096, 8000, true);

    assertThat(read(4000, 96)).containsOnly(1);
    assertThat(read(4096, 8000)).containsOnly(0);
    assertThat(read(12_096, 100)).containsOnly(9);
  }

  @Test
  @DisplayName("is written out when it is full")
  void full() throws IOException {
    byte[] large = new byte[(64 << 20) + 8192];
    VolatileCache cache = new VolatileCache(new MemoryBackend(large, false));
    cache.write(0, ones(64 << 20));
    assertThat(large[0]).isZero();
    cache.write(64 << 20, ones(1));
    assertThat(large[0]).isEqualTo((byte) 1);
  }

  @Test
  @DisplayName("has the size of the disk below it, and changes that")
  void resize() throws IOException {
    disk.write(0, ones(8192));
    disk.resize(4096);
    assertThat(disk.size()).isEqualTo(4096);
    assertThat(read(0, 4096)).containsOnly(1);
    assertThat(disk.mergeLimit()).isZero();
  }

  @Test
  @DisplayName("before a disk that can only be read refuses writes as that does")
  void readOnly() {
    VolatileCache cache = new VolatileCache(new MemoryBackend(bytes, true));
    assertThat(cache.isReadOnly()).isTrue();
    assertThatThrownBy(() -> cache.write(0, ones(1))).hasMessageContaining("read-only");
  }

  @Test
  @DisplayName("loses nothing of a guest whose device writes through")
  void writethrough() throws IOException {
    BlkDriver driver =
        new BlkDriver(
            disk, BlkOptions.builder().cache(BlkOptions.CacheMode.WRITETHROUGH).build(), true);
    driver.start(BlkDriver.ALL_FEATURES);
    assertThat(driver.write(3, ones(512).array()).status()).isEqualTo(BlkDriver.OK);
    disk.crash();
    assertThat(read(3 * 512, 512)).containsOnly(1);
  }
}
