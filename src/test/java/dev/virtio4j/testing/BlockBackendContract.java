package dev.virtio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest(name = "space may be given back: {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("zeroes at any place and of any length are read back, and change nothing else")
  void zeroesAnywhere(boolean mayUnmap) throws IOException {
    Random random = new Random(3);
    for (int i = 0; i < 100; i++) {
      int position = random.nextInt(SIZE);
      int length = random.nextInt(Math.min(SIZE - position, 1 << random.nextInt(18)) + 1);
      disk.zero(position, length, mayUnmap);
      Arrays.fill(content, position, position + length, (byte) 0);
      if (i % 5 == 0) {
        disk.write(position, ByteBuffer.wrap(new byte[] {7}));
        content[position] = 7;
        disk.flush();
      }
    }
    assertThat(readAll()).isEqualTo(content);
    disk.zero(0, SIZE, mayUnmap);
    assertThat(readAll()).containsOnly(0);
    disk.flush();
    assertThat(readAll()).containsOnly(0);
  }

  @Test
  @DisplayName("zeroes nothing behind its end")
  void zeroesBehindEnd() throws IOException {
    for (long position : new long[] {SIZE, SIZE - 1, -1, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> disk.zero(position, 2, true))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    disk.zero(SIZE, 0, true);
    assertThat(readAll()).isEqualTo(content);
  }

  @Test
  @DisplayName("loses what it no longer has room for, and gains zeroes")
  void resize() throws IOException {
    for (int size : new int[] {SIZE + 512, 200 * 512, 512, 129 * 512, 2 * SIZE, SIZE}) {
      byte[] resized = Arrays.copyOf(readAll(), size);
      disk.resize(size);
      assertThat(disk.size()).isEqualTo(size);
      assertThat(readAll()).isEqualTo(resized);
      disk.write(size - 3, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      assertThatThrownBy(() -> disk.read(size, ByteBuffer.allocate(1)))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(longs = {0, -512, 511, 513, Long.MAX_VALUE, Long.MIN_VALUE})
  @DisplayName("refuses sizes that no disk has")
  void resizeToNone(long size) throws IOException {
    assertThatThrownBy(() -> disk.resize(size)).isInstanceOf(IllegalArgumentException.class);
    assertThat(readAll()).isEqualTo(content);
  }
}
