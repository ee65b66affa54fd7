package dev.virtio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.block.BlockBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every disk does, also one that can only be read. */
public abstract class BlockReadContract {
  /** More than one cluster of whatever size, and an odd number of sectors. */
  protected static final int SIZE = 301 * 512;

  final byte[] content = new byte[SIZE];
  BlockBackend disk;

  /**
   * Makes the disk under test.
   *
   * @param content what it holds, {@link #SIZE} bytes
   * @return a disk
   * @throws IOException if it can't be made
   */
  protected abstract BlockBackend create(byte[] content) throws IOException;

  @BeforeEach
  void fill() throws IOException {
    new Random(1).nextBytes(content);
    disk = create(content.clone());
  }

  @AfterEach
  void close() throws IOException {
    if (disk != null) { // create may have skipped the test
      disk.close();
    }
  }

  byte[] readAll() throws IOException {
    ByteBuffer all = ByteBuffer.allocate((int) disk.size());
    disk.read(0, all);
    assertThat(all.hasRemaining()).isFalse();
    return all.array();
  }

  @Test
  @DisplayName("has the size and the content of what it was made of")
  void sizeAndContent() throws IOException {
    assertThat(disk.size()).isEqualTo(SIZE);
    assertThat(readAll()).isEqualTo(content);
  }

  @Test
  @DisplayName("reads fill a buffer from its position to its limit")
  void readsPartOfBuffer() throws IOException {
    ByteBuffer into = ByteBuffer.allocate(20).position(3).limit(13);
    disk.read(1000, into);

    assertThat(into.position()).isEqualTo(13);
    assertThat(into.limit()).isEqualTo(13);
    assertThat(Arrays.copyOfRange(into.array(), 3, 13))
        .isEqualTo(Arrays.copyOfRange(content, 1000, 1010));
    assertThat(Arrays.copyOf(into.array(), 3)).containsOnly(0);
    assertThat(Arrays.copyOfRange(into.array(), 13, 20)).containsOnly(0);
  }

  @Test
  @DisplayName("reads may be at any place and of any length")
  void readsAnywhere() throws IOException {
    Random random = new Random(3);
    for (int i = 0; i < 200; i++) {
      int position = random.nextInt(SIZE);
      int length = random.nextInt(Math.min(SIZE - position, 1 << random.nextInt(18)) + 1);
      ByteBuffer into = ByteBuffer.allocate(length);
      disk.read(position, into);

      assertThat(into.array()).isEqualTo(Arrays.copyOfRange(content, position, position + length));
    }
  }

  @Test
  @DisplayName("the last byte can be read, the one after it not")
  void endOfReads() throws IOException {
    ByteBuffer last = ByteBuffer.allocate(1);
    disk.read(SIZE - 1, last);

    assertThat(last.get(0)).isEqualTo(content[SIZE - 1]);
    for (long position : new long[] {SIZE, SIZE - 1, -1, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> disk.read(position, ByteBuffer.allocate(2)))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  @DisplayName("can be closed twice")
  void closeTwice() throws IOException {
    disk.close();
    disk.close();
    assertThat(disk.size()).isEqualTo(SIZE);
  }
}
