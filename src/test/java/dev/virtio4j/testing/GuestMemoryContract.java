package dev.virtio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.GuestMemoryException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every guest memory does. */
public abstract class GuestMemoryContract {
  /** In RAM, with room after it, and on no boundary. */
  private static final long HERE = 0x1001;

  private static final byte[] PATTERN = {1, 2, 3, 4, 5, 6, 7, (byte) 0x88, 9, 10};

  private GuestMemory memory;

  /**
   * Makes the memory under test.
   *
   * @return memory that is RAM from 0 to {@link #size}, but for what {@link #notRam} lists
   */
  protected abstract GuestMemory create();

  /**
   * Where RAM ends.
   *
   * @return bytes, at least 16384
   */
  protected abstract long size();

  /**
   * First bytes of 16-byte ranges that are not wholly RAM, beside the end of RAM.
   *
   * @return addresses
   */
  protected List<Long> notRam() {
    return List.of();
  }

  @BeforeEach
  void fresh() {
    memory = create();
  }

  @Test
  @DisplayName("values are little-endian at any alignment")
  void littleEndian() {
    memory.write(HERE, PATTERN, 0, PATTERN.length);

    assertThat(memory.load8(HERE + 7)).isEqualTo(0x88);
    assertThat(memory.load16(HERE + 6)).isEqualTo(0x8807);
    assertThat(memory.load32(HERE + 4)).isEqualTo(0x88070605);
    assertThat(memory.load64(HERE)).isEqualTo(0x8807060504030201L);
  }

  @Test
  @DisplayName("a store changes its bytes and no others")
  void storesOnlyItsBytes() {
    memory.store64(HERE, -1);
    memory.store8(HERE + 1, 0x1AA);
    memory.store16(HERE + 3, 0x1BBCC);
    assertThat(memory.load64(HERE)).isEqualTo(0xFFFFFFBBCCFFAAFFL);

    memory.store32(HERE + 2, 0x12345678);
    assertThat(memory.load64(HERE)).isEqualTo(0xFFFF12345678AAFFL);
  }

  @Test
  @DisplayName("bulk copies take a part of an array")
  void bulk() {
    memory.write(HERE, PATTERN, 2, 5);
    byte[] into = new byte[8];
    memory.read(HERE, into, 1, 5);

    assertThat(into).containsExactly(0, 3, 4, 5, 6, 7, 0, 0);
    assertThat(memory.load8(HERE + 5)).isZero();
  }

  @Test
  @DisplayName("bulk copies refuse a range that is not in the array, without effect")
  void arrayBounds() {
    assertThatThrownBy(() -> memory.write(HERE, PATTERN, 5, PATTERN.length))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> memory.read(HERE, new byte[4], 2, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(memory.load64(HERE)).isZero();
  }

  @Test
  @DisplayName("windows show RAM and write through to it, where the host gives one")
  void windows() {
    memory.write(HERE, PATTERN, 0, PATTERN.length);
    ByteBuffer read = memory.readView(HERE, 10);
    if (read != null) {
      assertThat(read.remaining()).isEqualTo(10);
      assertThat(read.getLong(read.position())).isEqualTo(0x8807060504030201L);
    }
    ByteBuffer write = memory.writeView(HERE + 2, 4);
    if (write != null) {
      assertThat(write.remaining()).isEqualTo(4);
      write.putInt(0xAABBCCDD);
      assertThat(memory.load64(HERE)).isEqualTo(0x8807AABBCCDD0201L);
    }
  }

  @Test
  @DisplayName("the last bytes of RAM are RAM")
  void lastBytes() {
    memory.store64(size() - 8, 0x0102030405060708L);
    memory.store8(size() - 1, 0x55);

    assertThat(memory.load64(size() - 8)).isEqualTo(0x5502030405060708L);
    assertThat(memory.load16(size() - 2)).isEqualTo(0x5502);
    assertThat(memory.load32(size() - 4)).isEqualTo(0x55020304);
  }

  @Test
  @DisplayName("a range that is not wholly RAM throws and has no effect")
  void notRamThrows() {
    List<BiConsumer<GuestMemory, Long>> accesses =
        List.of(
            (m, a) -> m.load8(a + 15),
            (m, a) -> m.load16(a + 14),
            (m, a) -> m.load32(a + 12),
            (m, a) -> m.load64(a + 8),
            (m, a) -> m.store8(a + 15, 1),
            (m, a) -> m.store16(a + 14, 1),
            (m, a) -> m.store32(a + 12, 1),
            (m, a) -> m.store64(a + 8, 1),
            (m, a) -> m.read(a, new byte[16], 0, 16),
            (m, a) -> m.write(a, new byte[16], 0, 16),
            (m, a) -> m.readView(a, 16),
            (m, a) -> m.writeView(a, 16));
    memory.store64(size() - 16, -1);
    memory.store64(size() - 8, -1);
    long[] ends = {size() - 15, size(), 1L << 40, Long.MAX_VALUE - 15, -16, Long.MIN_VALUE};
    for (BiConsumer<GuestMemory, Long> access : accesses) {
      for (long address : ends) {
        assertThatThrownBy(() -> access.accept(memory, address))
            .as("at %x", address)
            .isInstanceOf(GuestMemoryException.class)
            .hasMessageStartingWith("not RAM: ");
      }
      for (long address : notRam()) {
        assertThatThrownBy(() -> access.accept(memory, address))
            .as("at %x", address)
            .isInstanceOf(GuestMemoryException.class);
      }
    }
    assertThat(memory.load64(size() - 16)).isEqualTo(-1);
    assertThat(memory.load64(size() - 8)).isEqualTo(-1);
  }

  @Test
  @DisplayName("a range of more than 2 GiB less one is refused, not wrapped")
  void hugeLength() {
    assertThatThrownBy(() -> memory.readView(HERE, Integer.MAX_VALUE))
        .isInstanceOf(GuestMemoryException.class);
    assertThatThrownBy(() -> memory.writeView(HERE, Integer.MAX_VALUE))
        .isInstanceOf(GuestMemoryException.class);
  }

  @Test
  @DisplayName("a bulk copy of no bytes touches nothing")
  void nothing() {
    byte[] into = {7};
    memory.read(HERE, into, 0, 0);
    memory.write(HERE, into, 0, 0);

    assertThat(into).containsExactly(7);
    assertThat(memory.load8(HERE)).isZero();
  }
}
