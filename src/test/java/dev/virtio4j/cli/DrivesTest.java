package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.testing.ManualClock;
import dev.virtio4j.testing.TestMemory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The drives of a machine")
class DrivesTest {
  @TempDir private Path directory;
  private final ManualClock clock = new ManualClock();
  private Path image;

  @BeforeEach
  void image() throws IOException {
    image = directory.resolve("disk.img");
    Files.write(image, new byte[4096]);
  }

  private Drives plugged(String keys) throws IOException {
    Drives drives = Drives.open(List.of(DriveOptions.parse("file=" + image + keys)), false);
    drives.plugInto(new TestMemory(4096, false), clock, slot -> {}, () -> {});
    return drives;
  }

  @Test
  @DisplayName("have the name they were given, or the next that is free")
  void names() throws IOException {
    Files.write(directory.resolve("b"), new byte[512]);
    Files.write(directory.resolve("c"), new byte[512]);
    List<DriveOptions> options =
        List.of(drive("disk.img,id=boot"), drive("b"), drive("c,readonly=on"));
    try (Drives drives = Drives.open(options, false)) {
      assertThat(drives.list())
          .extracting(Drive::describe)
          .containsExactly(
              "boot 4096 file=" + image + ",id=boot",
              "drive0 512 file=" + directory.resolve("b"),
              "drive1 512 file=" + directory.resolve("c") + ",readonly=on");
      assertThat(drives.find("drive1")).isSameAs(drives.list().get(2));
      assertThatThrownBy(() -> drives.find("drive2"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no drive has the name drive2; there are boot, drive0, drive1");
    }
    assertThatThrownBy(() -> Drives.open(List.of(drive("b"), drive("c,id=drive0")), false))
        .isInstanceOf(IOException.class)
        .hasMessage(directory.resolve("c") + ": id=drive0 is the name of another drive");
  }

  private DriveOptions drive(String keys) {
    return DriveOptions.parse("file=" + directory.resolve(keys));
  }

  @Test
  @DisplayName("go on with their faults where they were when they were saved")
  void faults() throws IOException {
    String fault = ",fault=read:EIO:after=1:count=1+flush:EIO";
    ByteArrayOutputStream state = new ByteArrayOutputStream();
    try (Drives drives = plugged(fault)) {
      drives.list().get(0).image().read(0, ByteBuffer.allocate(512));
      drives.save(new StateWriter(new DataOutputStream(state)));
    }

    try (Drives drives = plugged(fault)) {
      drives.load(
          new StateReader(new DataInputStream(new ByteArrayInputStream(state.toByteArray()))));
      BlockBackend disk = drives.list().get(0).image();
      assertThatThrownBy(() -> disk.read(0, ByteBuffer.allocate(512)))
          .hasMessageContaining("fault=read:EIO");
      disk.read(0, ByteBuffer.allocate(512));
    }
  }
}
