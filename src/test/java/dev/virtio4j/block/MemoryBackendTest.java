package dev.virtio4j.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.testing.BlockBackendContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("a disk in memory")
class MemoryBackendTest extends BlockBackendContract {

  @Override
  protected BlockBackend create(byte[] content) {
    return new MemoryBackend(content, false);
  }

  @Test
  @DisplayName("writes to the array that it was made of")
  void array() throws IOException {
    byte[] bytes = new byte[512];
    new MemoryBackend(bytes, false).write(7, ByteBuffer.wrap(new byte[] {1}));
    assertThat(bytes[7]).isEqualTo((byte) 1);
  }

  @Test
  @DisplayName("refuses writes when read-only")
  void readOnly() {
    byte[] bytes = new byte[512];
    MemoryBackend disk = new MemoryBackend(bytes, true);

    assertThat(disk.isReadOnly()).isTrue();
    assertThatThrownBy(() -> disk.write(0, ByteBuffer.wrap(new byte[] {1})))
        .isInstanceOf(IOException.class);
    assertThat(bytes).containsOnly(0);
  }

  @Test
  @DisplayName("refuses sizes that no disk has")
  void sizes() {
    assertThatIllegalArgumentException().isThrownBy(() -> new MemoryBackend(new byte[0], false));
    assertThatIllegalArgumentException().isThrownBy(() -> new MemoryBackend(new byte[513], false));
  }
}
