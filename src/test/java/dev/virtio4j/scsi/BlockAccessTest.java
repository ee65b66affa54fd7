package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.block.PathException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Access to several blocks, with bytes 1024 to 1535 bad")
class BlockAccessTest {
  private static final int BLOCK = 512;

  private final List<String> calls = new ArrayList<>();
  private final ByteBuffer data = ByteBuffer.allocate(8 * BLOCK);
  private IOException failure = new IOException("bad block");
  private int failures = Integer.MAX_VALUE;

  /** Moves half of what it is asked for when it fails. */
  private void move(long position, ByteBuffer buffer) throws IOException {
    int length = buffer.remaining();
    calls.add(position + "+" + length);
    boolean fails = position < 1536 && position + length > 1024 && failures-- > 0;
    buffer.limit(buffer.position() + (fails ? length / 2 : length)).position(buffer.limit());
    if (fails) {
      throw failure;
    }
  }

  private void moveAll(long position) throws IOException {
    ((BlockAccess) this::move).moveToBadBlock(position, data, BLOCK);
  }

  private void fails(long position) {
    int end = data.limit();
    assertThatThrownBy(() -> moveAll(position)).isSameAs(failure);
    assertThat(data.limit()).isEqualTo(end);
  }

  @Test
  @DisplayName("is one call where the host can do it")
  void atOnce() throws IOException {
    moveAll(1536);
    assertThat(calls).containsExactly("1536+4096");
    assertThat(data.hasRemaining()).isFalse();
  }

  @Test
  @DisplayName("is tried block by block where it can't, up to the one that is bad")
  void blockByBlock() {
    data.position(100).limit(100 + 6 * BLOCK);
    fails(0);
    assertThat(calls).containsExactly("0+3072", "0+512", "512+512", "1024+512");
    assertThat(data.position()).isEqualTo(100 + 2 * BLOCK);
  }

  @Test
  @DisplayName("may start and end within blocks")
  void partsOfBlocks() {
    data.limit(1200);
    fails(500);
    assertThat(calls).containsExactly("500+1200", "500+12", "512+512", "1024+512");
    assertThat(data.position()).isEqualTo(524);
  }

  @Test
  @DisplayName("fails at its start if no block is bad by itself")
  void noBlockIsBad() {
    failures = 1;
    fails(0);
    assertThat(calls).hasSize(1 + 8);
    assertThat(data.position()).isZero();
  }

  @Test
  @DisplayName("is not tried again if it is to one block, or the way to the disk fails")
  void notAgain() {
    data.limit(BLOCK);
    fails(1024);
    assertThat(calls).containsExactly("1024+512");
    data.clear();
    failure = new PathException(PathException.Failure.BUSY, "busy");
    fails(0);
    assertThat(calls).containsExactly("1024+512", "0+4096");
    assertThat(data.position()).isZero();
  }
}
