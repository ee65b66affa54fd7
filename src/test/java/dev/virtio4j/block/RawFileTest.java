package dev.virtio4j.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.testing.BlockBackendContract;
import dev.virtio4j.testing.Needs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
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
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                OtherProgram.class.getName(),
                image.toString(),
                mode)
            .redirectErrorStream(true)
            .start();
    String output =
        new String(other.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(other.waitFor(1, TimeUnit.MINUTES)).isTrue();
    if (output.contains("in use by another program")) {
      return "refused";
    }
    return output.strip();
  }

  /** Opens an image and tells how that went. */
  static final class OtherProgram {
    private OtherProgram() {}

    public static void main(String[] args) {
      try {
        RawFile.open(Path.of(args[0]), args[1].equals("reader")).close();
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
