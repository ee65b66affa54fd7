package dev.virtio4j.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.block.BlockBackend.Operation;
import dev.virtio4j.testing.BlockBackendContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("a disk whose time is measured")
class TimedBackendTest extends BlockBackendContract {

  @Override
  protected BlockBackend create(byte[] content) {
    return new TimedBackend(new MemoryBackend(content, false));
  }

  @Test
  @DisplayName("counts each kind of call apart, those that fail too, with the time they take")
  void counts() throws IOException {
    TimedBackend disk = new TimedBackend(new MemoryBackend(new byte[1024], false));
    long before = System.nanoTime();
    for (int i = 0; i < 3; i++) {
      disk.read(0, ByteBuffer.allocate(512));
    }
    disk.write(0, ByteBuffer.allocate(512));
    assertThatThrownBy(() -> disk.write(1024, ByteBuffer.allocate(512)))
        .isInstanceOf(IndexOutOfBoundsException.class);
    disk.flush();
    long all = System.nanoTime() - before;

    assertThat(Operation.values()).extracting(disk::calls).containsExactly(3L, 2L, 0L, 1L);
    assertThat(disk.nanos(Operation.ZERO)).isZero();
    assertThat(disk.nanos(Operation.READ)).isPositive();
    assertThat(Operation.values())
        .extracting(disk::nanos)
        .satisfies(nanos -> assertThat(nanos.stream().mapToLong(n -> n).sum()).isBetween(1L, all));
  }

  @Test
  @DisplayName("is as its disk in all else")
  void same() throws IOException {
    TimedBackend disk = new TimedBackend(new MemoryBackend(new byte[1024], true));
    assertThat(disk.isReadOnly()).isTrue();
    assertThat(disk.mergeLimit()).isEqualTo(new MemoryBackend(new byte[1024], true).mergeLimit());
    assertThat(disk.size()).isEqualTo(1024);
    assertThat(
            new TimedBackend(
                    new FaultyBackend(
                        new MemoryBackend(new byte[1024], true), FaultPlan.parse("read:slow=5ns")))
                .delayNanos(Operation.READ, 0, 512))
        .isEqualTo(5);
  }
}
