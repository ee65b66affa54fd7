package dev.virtio4j.guest;

import static dev.virtio4j.guest.SyntheticPackages.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A Debian package is read as a stream")
class DebianPackageTest {
  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = directory.resolve("x_1_i386.deb");
  }

  @ParameterizedTest(name = "data.tar{0}")
  @ValueSource(strings = {"", ".xz"})
  @DisplayName("regular files are shown by name and content, links and directories are not")
  void showsFiles(String suffix) throws IOException {
    SyntheticPackages.deb(
        file, suffix, "Package: x\n", Map.of("bin/a", bytes("A"), "../../b", bytes("B")));
    Map<String, String> seen = new TreeMap<>();

    new DebianPackage(file)
        .forEachFile(
            (name, content) ->
                seen.put(name, new String(content.readAllBytes(), StandardCharsets.UTF_8)),
            (phase, done, total) -> {},
            "reading");

    assertThat(seen).containsExactlyInAnyOrderEntriesOf(Map.of("bin/a", "A", "../../b", "B"));
    assertThat(directory).isDirectoryNotContaining(path -> !path.equals(file));
  }

  @Test
  @DisplayName("the progress ends at the package's size")
  void reportsProgress() throws IOException {
    SyntheticPackages.deb(file, "Package: x\n", Map.of("a", bytes("A")));
    List<String> reports = new ArrayList<>();

    new DebianPackage(file)
        .forEachFile(
            (name, content) -> {},
            (phase, done, total) -> reports.add(phase + " " + done + "/" + total),
            "reading");

    long size = Files.size(file);
    assertThat(reports).last().isEqualTo("reading " + size + "/" + size);
  }

  @Test
  @DisplayName("control fields are read by name")
  void readsControlFields() throws IOException {
    SyntheticPackages.deb(
        file,
        "Package: x\nVersion: 1:2-3\nDepends: y (= 1), z\nDescription: short\n Longer: text\n",
        Map.of());

    assertThat(new DebianPackage(file).control())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "Package", "x",
                "Version", "1:2-3",
                "Depends", "y (= 1), z",
                "Description", "short"));
  }

  @Test
  @DisplayName("a compression that is not known is named")
  void namesUnknownCompression() throws IOException {
    SyntheticPackages.deb(file, ".zst", "Package: x\n", Map.of());

    assertThatThrownBy(() -> new DebianPackage(file).control())
        .isInstanceOf(IOException.class)
        .hasMessage("x_1_i386.deb: control.tar.zst is compressed in a way that is not supported");
  }

  @Test
  @DisplayName("a file that is no package, or is cut short, is refused by name")
  void refusesOtherFiles() throws IOException {
    Files.writeString(file, "some text, and no archive");
    assertThatThrownBy(() -> new DebianPackage(file).control())
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("x_1_i386.deb: ");

    SyntheticPackages.deb(file, "Package: x\n", Map.of());
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 150));
    assertThatThrownBy(() -> new DebianPackage(file).control())
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("x_1_i386.deb: ");
  }
}
