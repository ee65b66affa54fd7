package dev.virtio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every writable disk does. */
public abstract class BlockBackendContract extends BlockReadContract {

  @Test
  @DisplayName("is not read-only")
  void writable() {
    assertThat(disk.isReadOnly()).isFalse();
  }

  @Test
  @DisplayName("writes at any place and of any length are read back, and change nothing else")
  void writesAnywhere() throws IOException {
    Random random = new Random(2);
    for (int i = 0; i < 200; i++) {
      int position = random.nextInt(SIZE);
      int length = random.nextInt(Math.min(SIZE - position, 1 << random.nextInt(18)) + 1);
      byte[] data = new byte[length + 2];
      random.nextBytes(data);
      ByteBuffer from = ByteBuffer.wrap(data).position(1).limit(1 + length);
      disk.write(position, from);

      assertThat(from.hasRemaining()).isFalse();
      System.arraycopy(data, 1, content, position, length);
    }
    disk.flush();
    assertThat(readAll()).isEqualTo(content);
  }

  @Test
  @DisplayName("the last byte can be written, the one after it not")
  void end() throws IOException {
    disk.write(SIZE - 1, ByteBuffer.wrap(new byte[] {5}));
    content[SIZE - 1] = 5;

    for (long position : new long[] {SIZE, SIZE - 1, -1, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> disk.write(position, ByteBuffer.allocate(2)))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThat(readAll()).isEqualTo(content);
    assertThat(disk.size()).isEqualTo(SIZE);
  }
}
