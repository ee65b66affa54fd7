package dev.virtio4j.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.testing.BlockBackendContract;
import dev.virtio4j.testing.JavaProgram;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("a temporary overlay")
class TemporaryOverlayTest extends BlockBackendContract {

  @Override
  protected BlockBackend create(byte[] content) throws IOException {
    return Overlay.temporary(new MemoryBackend(content, true));
  }

  private static byte[] read(BlockBackend disk) throws IOException {
    ByteBuffer all = ByteBuffer.allocate((int) disk.size());
    disk.read(0, all);
    return all.array();
  }

  @Test
  @DisplayName("leaves its base as it was")
  void baseUntouched() throws IOException {
    byte[] bytes = new byte[SIZE];
    try (Overlay disk = Overlay.temporary(new MemoryBackend(bytes, true))) {
      disk.write(65530, ByteBuffer.wrap(new byte[100]).putInt(0, -1));
      disk.flush();

      ByteBuffer back = ByteBuffer.allocate(4);
      disk.read(65530, back);
      assertThat(back.getInt(0)).isEqualTo(-1);
    }
    assertThat(bytes).containsOnly(0);
  }

  @Test
  @DisplayName("keeps what lies beside a write when the base can no longer be read")
  void copiesClustersOnce() throws IOException {
    FailingBackend base = new FailingBackend(SIZE);
    try (Overlay disk = Overlay.temporary(base)) {
      disk.write(1, ByteBuffer.wrap(new byte[] {1}));
      base.fail = true;

      ByteBuffer back = ByteBuffer.allocate(3);
      disk.read(0, back);
      assertThat(back.array()).containsExactly(0, 1, 0);
      assertThatThrownBy(() -> disk.read(SIZE - 1, ByteBuffer.allocate(1)))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> disk.write(SIZE - 1, ByteBuffer.allocate(1)))
          .isInstanceOf(IOException.class);
      disk.write(65536, ByteBuffer.allocate(65536)); // a whole cluster needs no base
    }
  }

  @Test
  @DisplayName("leaves no file behind, even when the program is killed")
  void leavesNothing(@TempDir Path directory) throws Exception {
    String output =
        JavaProgram.run(
            List.of("-Djava.io.tmpdir=" + directory), Killed.class, directory.toString());
    assertThat(output).isEqualTo("1, and in the directory []\n");
    assertThat(directory).isEmptyDirectory();
  }

  /** Writes to a temporary overlay, tells what is in its directory, and dies. */
  static final class Killed {
    private Killed() {}

    public static void main(String[] args) throws IOException {
      Overlay disk = Overlay.temporary(new MemoryBackend(new byte[512], true));
      disk.write(0, ByteBuffer.wrap(new byte[] {1}));
      String[] files = new java.io.File(args[0]).list();
      System.out.println(read(disk)[0] + ", and in the directory " + Arrays.toString(files));
      Runtime.getRuntime().halt(0);
    }
  }

  @Test
  @DisplayName("can be copied to another over the same base, with zeroes and another size")
  void copy() throws IOException {
    byte[] content = new byte[SIZE];
    new Random(1).nextBytes(content);
    ByteArrayOutputStream copy = new ByteArrayOutputStream();
    byte[] expected;
    try (Overlay disk = changed(content)) {
      expected = read(disk);
      new OverlayCopy(disk).writeTo(new DataOutputStream(copy));
    }
    try (Overlay other = Overlay.temporary(new MemoryBackend(content, true))) {
      other.write(100_000, ByteBuffer.wrap(new byte[] {9}));
      new OverlayCopy(other)
          .readFrom(new DataInputStream(new ByteArrayInputStream(copy.toByteArray())));
      assertThat(read(other)).isEqualTo(expected);
      other.resize(3 * SIZE);
      assertThat(read(other)).isEqualTo(Arrays.copyOf(expected, 3 * SIZE));
    }
  }

  /** One that was written, zeroed, made smaller and larger. */
  private static Overlay changed(byte[] content) throws IOException {
    Overlay disk = Overlay.temporary(new MemoryBackend(content, true));
    disk.write(3, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    disk.zero(65536, 65536, true);
    disk.resize(SIZE - 4096);
    disk.resize(2 * SIZE);
    disk.write(2 * SIZE - 1, ByteBuffer.wrap(new byte[] {4}));
    return disk;
  }

  @Test
  @DisplayName("refuses a copy that is cut short anywhere, damaged, or of one over another base")
  void badCopy() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Overlay disk = changed(new byte[SIZE])) {
      new OverlayCopy(disk).writeTo(new DataOutputStream(bytes));
    }
    byte[] copy = bytes.toByteArray();
    for (int length : new int[] {0, 7, 16, 20, 21, 1000, copy.length - 1}) {
      assertRefused(Arrays.copyOf(copy, length), SIZE, "cut short");
    }
    assertRefused(copy, SIZE - 8192, "another base");
    // size, end of the base, first cluster, its kind
    assertRefused(changedAt(copy, 7), SIZE, "multiple of 512 bytes");
    assertRefused(changedAt(copy, 0), SIZE, "another base");
    assertRefused(changedAt(copy, 8), SIZE, "another base");
    assertRefused(changedAt(copy, 17), SIZE, "can't follow");
    assertRefused(changedAt(copy, 20), SIZE, "no known kind");
  }

  private static byte[] changedAt(byte[] copy, int index) {
    byte[] changed = copy.clone();
    changed[index] ^= (byte) 0x81;
    return changed;
  }

  private static void assertRefused(byte[] copy, int baseSize, String reason) throws IOException {
    try (Overlay disk = Overlay.temporary(new MemoryBackend(new byte[baseSize], true))) {
      assertThatThrownBy(
              () ->
                  new OverlayCopy(disk)
                      .readFrom(new DataInputStream(new ByteArrayInputStream(copy))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the copy of an overlay")
          .hasMessageContaining(reason);
    }
  }

  @Test
  @DisplayName("is the only kind that a copy is read into")
  void copyIntoFile(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("o.overlay");
    OverlayFile.create(file, 512, Optional.empty());
    try (Overlay disk = Overlay.open(file, false, Optional.empty())) {
      assertThatThrownBy(() -> new OverlayCopy(disk).readFrom(new DataInputStream(System.in)))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  /** A disk of zeroes that can be made to fail. */
  private static final class FailingBackend implements BlockBackend {
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
      throw new IOException("an overlay wrote to its base");
    }

    @Override
    public void zero(long position, long length, boolean mayUnmap) throws IOException {
      throw new IOException("an overlay zeroed its base");
    }

    @Override
    public void resize(long size) throws IOException {
      throw new IOException("an overlay resized its base");
    }

    @Override
    public void flush() throws IOException {
      throw new IOException("an overlay flushed its base");
    }

    @Override
    public boolean isReadOnly() {
      return true;
    }

    @Override
    public void close() {}
  }
}
