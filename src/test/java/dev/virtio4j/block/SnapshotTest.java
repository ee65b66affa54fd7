package dev.virtio4j.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.testing.BlockBackendContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("a snapshot")
class SnapshotTest extends BlockBackendContract {

  @Override
  protected BlockBackend create(byte[] content) {
    return new Snapshot(new MemoryBackend(content, true));
  }

  @Test
  @DisplayName("leaves its base as it was")
  void baseUntouched() throws IOException {
    byte[] bytes = new byte[SIZE];
    Snapshot disk = new Snapshot(new MemoryBackend(bytes, true));
    disk.write(65530, ByteBuffer.wrap(new byte[100]).putInt(0, -1));
    disk.flush();

    ByteBuffer back = ByteBuffer.allocate(4);
    disk.read(65530, back);
    assertThat(back.getInt(0)).isEqualTo(-1);
    assertThat(bytes).containsOnly(0);
  }

  @Test
  @DisplayName("keeps what lies beside a write when the base can no longer be read")
  void copiesClustersOnce() throws IOException {
    FailingBackend base = new FailingBackend(SIZE);
    Snapshot disk = new Snapshot(base);
    disk.write(1, ByteBuffer.wrap(new byte[] {1}));
    base.fail = true;

    ByteBuffer back = ByteBuffer.allocate(3);
    disk.read(0, back);
    assertThat(back.array()).containsExactly(0, 1, 0);
    assertThatThrownBy(() -> disk.read(SIZE - 1, ByteBuffer.allocate(1)))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> disk.write(SIZE - 1, ByteBuffer.allocate(1)))
        .isInstanceOf(IOException.class);
  }

  @Test
  @DisplayName("of a disk larger than memory takes memory only for what is written")
  void sparse() throws IOException {
    long size = 1L << 42;
    Snapshot disk =
        new Snapshot(
            new FailingBackend(size) {
              @Override
              public void read(long position, ByteBuffer into) {
                into.position(into.limit());
              }
            });
    disk.write(size - 2, ByteBuffer.wrap(new byte[] {1, 2}));

    ByteBuffer back = ByteBuffer.allocate(3);
    disk.read(size - 3, back);
    assertThat(back.array()).containsExactly(0, 1, 2);
  }

  @Test
  @DisplayName("reports an error when the host has no memory left, and can go on")
  void outOfMemory() throws IOException {
    boolean[] exhausted = {true};
    Snapshot disk =
        new Snapshot(
            new FailingBackend(SIZE) {
              @Override
              public void read(long position, ByteBuffer into) {
                if (exhausted[0]) {
                  throw new OutOfMemoryError("as when the cluster can't be allocated");
                }
                into.position(into.limit());
              }
            });

    assertThatThrownBy(() -> disk.write(0, ByteBuffer.allocate(1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no memory left");
    exhausted[0] = false;
    disk.write(0, ByteBuffer.wrap(new byte[] {9}));
    ByteBuffer back = ByteBuffer.allocate(1);
    disk.read(0, back);
    assertThat(back.get(0)).isEqualTo((byte) 9);
  }

  /** A disk of zeroes that can be made to fail. */
  private static class FailingBackend implements BlockBackend {
    private final long size;
    boolean fail;

    FailingBackend(long size) {
      this.size = size;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public void read(long position, ByteBuffer into) throws IOException {
      if (fail) {
        throw new IOException("the host's disk failed");
      }
      into.put(new byte[into.remaining()]);
    }

    @Override
    public void write(long position, ByteBuffer from) throws IOException {
      throw new IOException("a snapshot wrote to its base");
    }

    @Override
    public void zero(long position, long length, boolean mayUnmap) throws IOException {
      throw new IOException("nothing may be zeroed");
    }

    @Override
    public void resize(long size) throws IOException {
      throw new IOException("the size is fixed");
    }

    @Override
    public void flush() throws IOException {
      throw new IOException("a snapshot flushed its base");
    }

    @Override
    public boolean isReadOnly() {
      return true;
    }

    @Override
    public void close() {}
  }
}
