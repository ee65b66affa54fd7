package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.testing.LogCapture;
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
  @DisplayName("change their size on the emulator's thread, soon")
  void resize() throws IOException {
    try (Drives drives = plugged("")) {
      drives.resize(0, 8192);
      assertThat(image).hasSize(4096);
      clock.advance(0);
      assertThat(image).hasSize(8192);
      assertThatThrownBy(() -> drives.resize(1, 8192))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  @DisplayName("log why they do not change their size")
  void resizeRefused() throws IOException {
    try (Drives drives = plugged(",readonly=on");
        LogCapture log = new LogCapture()) {
      drives.resize(0, 8192);
      drives.resize(0, 1000);
      clock.advance(0);
      assertThat(image).hasSize(4096);
      assertThat(log.lines())
          .hasSize(2)
          .allMatch(line -> line.startsWith("drive 0 " + image + " is not resized: "));
    }
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
