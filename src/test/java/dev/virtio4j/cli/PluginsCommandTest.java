package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("virtio4j plugins list")
class PluginsCommandTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    return Main.run(new Console(InputStream.nullInputStream(), out, errors), args);
  }

  @Test
  @DisplayName("shows our own devices")
  void own() {
    assertThat(run("plugins", "list")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("virtio4j ").endsWith(", MIT, built in"),
            line -> assertThat(line).startsWith("  virtio-blk        1af4:1001  a legacy virtio"),
            line -> assertThat(line).startsWith("  virtio-scsi       1af4:1004  a legacy virtio"),
            line -> assertThat(line).startsWith("  virtio-scsi-cdrom 1af4:1004  a legacy virtio"));
    assertThat(err.size()).isZero();
  }

  @Test
  @DisplayName("names broken plugins of a directory, and goes on")
  void broken(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("broken.jar"), "no ZIP");

    assertThat(run("plugins", "list", "--plugins", directory.toString())).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("virtio4j: skipped: broken.jar: ")
        .hasLineCount(1);
  }

  @Test
  @DisplayName("a directory that is none is bad input")
  void noDirectory(@TempDir Path directory) {
    String none = directory.resolve("none").toString();

    assertThat(run("plugins", "list", "--plugins", none)).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("virtio4j: no such file: " + none + "\n");
  }
}
