package dev.virtio4j.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.testing.BlockBackendContract;
import dev.virtio4j.testing.Needs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("a raw file")
class RawFileTest extends BlockBackendContract {
  @TempDir private Path directory;

  @Override
  protected BlockBackend create(byte[] content) throws IOException {
    return RawFile.open(Files.write(directory.resolve("contract.img"), content), false);
  }

  private Path image(int size) throws IOException {
    return Files.write(directory.resolve("disk.img"), new byte[size]);
  }

  private static void assertRefused(Path image, boolean readOnly, String reason) {
    assertThatThrownBy(() -> RawFile.open(image, readOnly))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(image + ": " + reason)
        .message()
        .doesNotContain("\n");
  }

  @Test
  @DisplayName("holds the bytes of the disk and nothing else")
  void bytes() throws IOException {
    Path image = image(1024);
    try (RawFile disk = RawFile.open(image, false)) {
      disk.write(512, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      disk.flush();
    }
    byte[] expected = new byte[1024];
    System.arraycopy(new byte[] {1, 2, 3}, 0, expected, 512, 3);
    assertThat(image).hasBinaryContent(expected);
  }

  @Test
  @DisplayName("that is opened read-only can be read and flushed, and refuses writes")
  void readOnly() throws IOException {
    Path image = image(512);
    try (RawFile disk = RawFile.open(image, true)) {
      assertThat(disk.isReadOnly()).isTrue();
      ByteBuffer all = ByteBuffer.allocate(512);
      disk.read(0, all);
      assertThat(all.array()).containsOnly(0);
      disk.flush();
      assertThatThrownBy(() -> disk.write(0, ByteBuffer.wrap(new byte[] {1})))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("read-only");
    }
    assertThat(image).hasBinaryContent(new byte[512]);
  }

  @Test
  @DisplayName("must exist")
  void missing() {
    Path image = directory.resolve("none.img");
    assertRefused(image, false, "no such file");
    assertThat(image).doesNotExist();
  }

  @Test
  @DisplayName("is no directory")
  void isDirectory() {
    assertRefused(directory, false, "not a regular file");
  }

  @Test
  @DisplayName("is not empty")
  void empty() throws IOException {
    assertRefused(image(0), false, "empty");
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {1, 511, 513, 1000})
  @DisplayName("has a multiple of 512 bytes")
  void oddSize(int size) throws IOException {
    Path image = image(size);
    assertRefused(image, false, "size " + size + " is no multiple of 512");
    assertThat(image).hasBinaryContent(new byte[size]);
  }

  @Test
  @DisplayName("must be accessible")
  void permissions() throws IOException {
    Path image = image(512);
    assertThat(image.toFile().setReadOnly()).isTrue();
    if (Files.isWritable(image)) {
      throw Needs.skip("refused permissions, as the superuser has them all");
    }
    assertRefused(image, false, "permission denied; open read-only");
    assertThat(image.toFile().setReadable(false)).isTrue();
    assertRefused(image, true, "permission denied; make it readable");
  }

  @Test
  @DisplayName("is open once in a program, by whatever name, and can be opened again once closed")
  void onceInThisProgram() throws IOException {
    Path image = image(512);
    Path otherName = Files.createSymbolicLink(directory.resolve("link.img"), image);
    Path hardLink = Files.createLink(directory.resolve("hard.img"), image);
    try (RawFile disk = RawFile.open(image, false)) {
      assertRefused(image, false, "already open");
      assertRefused(image, true, "already open");
      assertRefused(otherName, false, "already open");
      assertRefused(hardLink, false, "already open");
      disk.write(0, ByteBuffer.wrap(new byte[] {1}));
    }
    RawFile.open(image, false).close();
    RawFile.open(otherName, true).close();
  }

  @Test
  @DisplayName("that another part of the program has locked is refused")
  void lockedInThisProgram() throws IOException {
    Path image = image(512);
    try (FileChannel other = FileChannel.open(image, StandardOpenOption.WRITE)) {
      assertThat(other.lock().isValid()).isTrue();
      assertRefused(image, false, "in use by another program");
    }
    RawFile.open(image, false).close();
  }

  @ParameterizedTest(name = "{0} here, {1} there: {2}")
  @org.junit.jupiter.params.provider.CsvSource({
    "writer, writer, refused",
    "writer, reader, refused",
    "reader, writer, refused",
    "reader, reader, opened",
  })
  @DisplayName("has one writer or several readers among all programs")
  void otherProgram(String here, String there, String outcome) throws Exception {
    Path image = image(512);
    try (RawFile disk = RawFile.open(image, here.equals("reader"))) {
      assertThat(openInAnotherProgram(image, there)).isEqualTo(outcome);
      // An attempt in this program must not loosen the lock against others.
      assertRefused(image, false, "already open");
      assertThat(openInAnotherProgram(image, there)).isEqualTo(outcome);
      assertThat(disk.size()).isEqualTo(512);
    }
    assertThat(openInAnotherProgram(image, there)).isEqualTo("opened");
  }

  private static String openInAnotherProgram(Path image, String mode) throws Exception {
    String output = OtherJvm.run(List.of(), OtherProgram.class, image.toString(), mode);
    return output.contains("in use by another program") ? "refused" : output.strip();
  }

  /** Opens an image and tells how that went. */
  static final class OtherProgram {
    private OtherProgram() {}

    public static void main(String[] args) {
      try {
        try (RawFile disk = RawFile.open(Path.of(args[0]), args[1].equals("reader"))) {
          if (args[1].equals("zeroes")) {
            disk.zero(1, 300_000, true);
            disk.zero(300_001, 300_000, false);
            disk.flush();
          }
        }
        System.out.println("opened");
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  @DisplayName("that somebody cuts short while it is in use gives errors, not zeroes")
  void cutShort() throws IOException {
    Path image = image(1024);
    try (RawFile disk = RawFile.open(image, false)) {
      try (FileChannel other = FileChannel.open(image, StandardOpenOption.WRITE)) {
        other.truncate(512);
      }
      assertThatThrownBy(() -> disk.read(500, ByteBuffer.allocate(20)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cut short");
    }
  }

  @Test
  @DisplayName("gives back the space of what is zeroed, if it may")
  void givesSpaceBack() throws Exception {
    if (!System.getProperty("os.name").equals("Linux")) {
      throw Needs.skip("holes in files: they are made on Linux only");
    }
    int size = 8 << 20;
    Path image = image(size);
    byte[] content = new byte[size];
    Arrays.fill(content, (byte) 'x');
    Files.write(image, content);
    try (RawFile disk = RawFile.open(image, false)) {
      long full = blocks(image);
      disk.zero(0, size, false);
      disk.flush();
      assertThat(blocks(image)).isGreaterThanOrEqualTo(full);
      disk.write(0, ByteBuffer.wrap(content));
      disk.write(5, ByteBuffer.wrap(new byte[] {1}));
      disk.zero(4097, size - 4097 - 10, true);
      disk.flush();
      assertThat(blocks(image)).isLessThan(full / 10);
      assertThat(openInAnotherProgram(image, "reader")).as("still locked").isEqualTo("refused");
    }
    Arrays.fill(content, 4097, size - 10, (byte) 0);
    content[5] = 1;
    assertThat(image).hasBinaryContent(content);
  }

  /** How many blocks of 512 bytes a file takes on the host. */
  private static long blocks(Path file) throws Exception {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    String output = new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    if (stat.waitFor() != 0) {
      throw Needs.missing("stat of coreutils tells no blocks here");
    }
    return Long.parseLong(output.strip());
  }

  @Test
  @DisplayName("is written zeroes where the host makes no holes, with one line in the log")
  void zeroesWithoutHoles() throws Exception {
    Path image = image(600_064);
    byte[] content = new byte[600_064];
    Arrays.fill(content, (byte) 'x');
    Files.write(image, content);
    String output =
        OtherJvm.run(
            List.of("-Djna.nounpack=true", "-Djna.nosys=true", "-Djna.boot.library.path=/"),
            OtherProgram.class,
            image.toString(),
            "zeroes");
    assertThat(output).endsWith("opened\n").containsOnlyOnce("takes no space back");
    Arrays.fill(content, 1, 600_001, (byte) 0);
    assertThat(image).hasBinaryContent(content);
  }

  @Test
  @DisplayName("is made sparse and of zeroes, and never over another file")
  void create() throws IOException {
    Path image = directory.resolve("new.img");
    RawFile.create(image, 3 << 20);
    assertThat(image).hasBinaryContent(new byte[3 << 20]);
    try (RawFile disk = RawFile.open(image, true)) {
      assertThat(disk.spaceOnHost().orElse(0)).isLessThan(1 << 20);
    }
    assertThatThrownBy(() -> RawFile.create(image, 512))
        .isInstanceOf(IOException.class)
        .hasMessage(image + ": already exists; name a new file");
    assertThat(image).hasSize(3 << 20);
    assertThatThrownBy(() -> RawFile.create(directory.resolve("odd"), 513))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(directory.resolve("odd")).doesNotExist();
  }

  @Test
  @DisplayName("that failed to flush once never again says that a flush went well")
  void flushFailureSticks() throws IOException {
    RawFile disk = RawFile.open(image(512), false);
    disk.close();
    assertThatThrownBy(disk::flush).isInstanceOf(IOException.class);
    assertThatThrownBy(disk::flush)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("an earlier flush failed");
  }
}
