package dev.virtio4j.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.descriptor.DescriptorReader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("the plugin jar that the build makes")
class PluginJarIT {
  private static Path jar() throws IOException {
    try (DirectoryStream<Path> jars =
        Files.newDirectoryStream(Path.of("target"), "virtio4j-*-plugin.jar")) {
      return jars.iterator().next();
    }
  }

  @Test
  @DisplayName("has the devices and the descriptor, no class of JPC and none of the reference PC")
  void content() throws IOException {
    try (JarFile file = new JarFile(jar().toFile())) {
      List<String> names = file.stream().map(ZipEntry::getName).toList();

      assertThat(names)
          .contains(
              DescriptorReader.FILE,
              "dev/virtio4j/plugin/VirtioBlk.class",
              "dev/virtio4j/descriptor/plugin-descriptor.xsd",
              "dev/virtio4j/jpc/VirtioDrives.class",
              "dev/virtio4j/virtio/scsi/ScsiHost.class")
          .noneMatch(name -> name.startsWith("org/jpc"))
          .noneMatch(
              name ->
                  name.matches(
                      "dev/virtio4j/(pc|cli|qtest|guest|machine|suite|report|junit)/.+\\.class"));
    }
  }

  @Test
  @DisplayName("is loaded from a directory of plugins")
  void loads(@TempDir Path plugins) throws IOException {
    Files.copy(jar(), plugins.resolve("virtio4j.jar"));

    try (PluginDirectory found =
        PluginDirectory.open(plugins, "jpc", "3.1", getClass().getClassLoader())) {
      assertThat(found.plugins()).hasSize(1);
      assertThat(found.skipped()).isEmpty();
    }
  }
}
