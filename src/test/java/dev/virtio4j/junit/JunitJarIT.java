package dev.virtio4j.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.testing.TestKernel;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("the jar for people's own tests")
class JunitJarIT {
  private static Path jar() throws IOException {
    try (DirectoryStream<Path> jars =
        Files.newDirectoryStream(Path.of("target"), "virtio4j-*-junit.jar")) {
      return jars.iterator().next();
    }
  }

  @Test
  @DisplayName(
      "has the extension, the reference PC and what runs a JPC, and nothing of JUnit, of JPC"
          + " itself and of the command line")
  void content() throws IOException {
    try (JarFile file = new JarFile(jar().toFile())) {
      List<String> names = file.stream().map(ZipEntry::getName).toList();

      assertThat(names)
          .contains(
              "dev/virtio4j/junit/Guest.class",
              "dev/virtio4j/pc/ReferencePc.class",
              "dev/virtio4j/jpc/boot/JpcHost.class")
          .doesNotContain("plugin-descriptor.xml")
          .noneMatch(name -> name.matches("(org/junit|org/jpc|picocli)/.+"))
          .noneMatch(name -> name.matches("dev/virtio4j/(cli|suite|report)/.+"));
    }
  }

  @Test
  @DisplayName("runs a guest with a drive, and with hot code, without anything else")
  void alone(@TempDir Path folder) throws Exception {
    Path kernel = folder.resolve("kernel");
    TestKernel.write(
        kernel,
        TestKernel.spin(1_000_000),
        TestKernel.WRITE_SECTOR,
        TestKernel.print(" Hello"),
        TestKernel.HALT);
    Path disk = Files.write(folder.resolve("disk.img"), new byte[64 << 10]);
    URL[] jars = {jar().toUri().toURL()};

    try (URLClassLoader alone = new URLClassLoader(jars, ClassLoader.getPlatformClassLoader())) {
      Class<?> drives = alone.loadClass("dev.virtio4j.drive.DriveOptions");
      Object drive = drives.getMethod("parse", String.class).invoke(null, "file=" + disk);
      Constructor<?> options =
          alone.loadClass("dev.virtio4j.machine.MachineOptions").getConstructors()[0];
      Object machine =
          options.newInstance(4 << 20, null, null, kernel, null, "", List.of(drive), true, false);
      Class<?> console = alone.loadClass("dev.virtio4j.junit.GuestConsole");
      try (AutoCloseable guest =
          (AutoCloseable) console.getMethod("open", machine.getClass()).invoke(null, machine)) {
        assertThat(console.getMethod("expect", String.class).invoke(guest, "Hello"))
            .isEqualTo("0 Hello");
        assertThat(console.getMethod("monitor", String.class).invoke(guest, "stats"))
            .asString()
            .contains("\"writes\":1");
      }
    }
  }
}
