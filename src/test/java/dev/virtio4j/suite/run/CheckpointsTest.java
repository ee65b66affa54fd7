package dev.virtio4j.suite.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.drive.DriveKey;
import dev.virtio4j.drive.DriveOptions;
import dev.virtio4j.machine.BootRun;
import dev.virtio4j.machine.MachineOptions;
import dev.virtio4j.machine.MachineSetup;
import dev.virtio4j.machine.ReferenceHost;
import dev.virtio4j.testing.TestKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The cache of checkpoints")
class CheckpointsTest {
  @TempDir private Path directory;
  private MachineOptions options;

  @BeforeEach
  void machine() throws Exception {
    Path kernel = directory.resolve("kernel");
    TestKernel.write(kernel, TestKernel.HALT);
    Path disk = Files.write(directory.resolve("disk, 1"), new byte[4096]);
    DriveOptions drive = DriveOptions.parse("file=" + disk.toString().replace(",", ",,"));
    options =
        new MachineOptions(2 << 20, null, null, kernel, null, "", List.of(drive), true, false);
  }

  private Checkpoint take(Checkpoints cache, String key) throws Exception {
    try (MachineSetup setup = MachineSetup.open(new ReferenceHost(), options)) {
      new BootRun(setup::powerOn, List.of(), value -> {}, note -> {});
      return cache.take(key, setup);
    }
  }

  private Path file(String name) {
    return directory.resolve("checkpoints").resolve(name);
  }

  @Test
  @DisplayName("finds what was put there, with its drives, and nothing else")
  void finds() throws Exception {
    try (Checkpoints cache = new Checkpoints(directory, Long.MAX_VALUE)) {
      assertThat(cache.find("a")).isEmpty();
      take(cache, "a");
      Checkpoint found = cache.find("a").orElseThrow();
      assertThat(found.state()).isEqualTo(file("a.state")).exists();
      assertThat(found.drives().get(0).files()).containsExactly(directory.resolve("disk, 1"));
      assertThat(found.drives().get(0).value(DriveKey.ID)).isEqualTo("drive0");
      assertThat(cache.find("b")).isEmpty();
    }
  }

  @Test
  @DisplayName("lets those go that were not used for the longest time, when there are too many")
  void prunes() throws Exception {
    long size;
    try (Checkpoints cache = new Checkpoints(directory, Long.MAX_VALUE)) {
      size = Files.size(take(cache, "a").state());
      take(cache, "b");
      take(cache, "c");
      cache.prune();
      assertThat(file("a.state")).exists();
    }
    Files.setLastModifiedTime(file("a.state"), FileTime.fromMillis(1000));
    Files.setLastModifiedTime(file("b.state"), FileTime.fromMillis(2000));
    Files.setLastModifiedTime(file("c.state"), FileTime.fromMillis(3000));
    try (Checkpoints cache = new Checkpoints(directory, 2 * size + 100)) {
      assertThat(cache.find("a")).isPresent(); // used now
      cache.prune();
    }
    assertThat(directory.resolve("checkpoints").toFile().list())
        .containsExactlyInAnyOrder("a.state", "a.drives", "c.state", "c.drives");
  }

  @Test
  @DisplayName("removes what a program that was killed left in the making, after an hour")
  void abandoned() throws Exception {
    try (Checkpoints cache = new Checkpoints(directory, Long.MAX_VALUE)) {
      Files.createFile(file("new.part"));
      Files.createFile(file("old.part"));
      Files.setLastModifiedTime(file("old.part"), FileTime.fromMillis(1000));
      cache.prune();
    }
    assertThat(directory.resolve("checkpoints").toFile().list()).containsExactly("new.part");
  }
}
