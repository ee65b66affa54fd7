package dev.virtio4j.drive;

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
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
              "drive0 512 file=" + directory.resolve("b") + ",id=drive0",
              "drive1 512 file=" + directory.resolve("c") + ",id=drive1,readonly=on");
      assertThat(drives.find("drive1")).isSameAs(drives.list().get(2));
      assertThatThrownBy(() -> drives.find("drive2"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no drive has the name drive2; there are boot, drive0, drive1");
    }
    assertThatThrownBy(() -> Drives.open(List.of(drive("b"), drive("c,id=drive0")), false))
        .isInstanceOf(IOException.class)
        .hasMessage(directory.resolve("c") + ": id=drive0 is the name of another drive");
  }

  private Drives cdroms(String... keys) throws IOException {
    List<DriveOptions> options =
        Arrays.stream(keys).map(key -> DriveOptions.parse("if=scsi,media=cdrom" + key)).toList();
    return Drives.open(options, false);
  }

  @Test
  @DisplayName("are at the next target that is free, and agree on their SCSI host")
  void places() throws IOException {
    try (Drives drives =
        cdroms(",target=1,num-queues=4", "", "", ",bus=1,spec=0.9.5", ",bus=1,target=0,lun=1")) {
      assertThat(drives.list())
          .extracting(drive -> drive.describe().replace(",if=scsi", "").replace(",media=cdrom", ""))
          .containsExactly(
              "drive0 0 id=drive0,target=1,num-queues=4",
              "drive1 0 id=drive1,target=0,num-queues=4",
              "drive2 0 id=drive2,target=2,num-queues=4",
              "drive3 0 id=drive3,bus=1,target=0,spec=0.9.5",
              "drive4 0 id=drive4,bus=1,target=0,lun=1,spec=0.9.5");
      for (Drive drive : drives.list()) { // what is shown can be given again
        assertThat(DriveOptions.parse(drive.options().text()).given())
            .isEqualTo(drive.options().given());
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("are refused where their places don't go together")
  @CsvSource(
      delimiter = '|',
      value = {
        // spotless:off
        "@,target=1 @,target=1               | (empty): at bus 0, target 1, LUN 0 is drive0 (empty); name another place",
        "@,bus=1                             | no drive has bus=0, and there are later ones; number them without a gap",
        "@,bus=2 @                           | no drive has bus=1, and there are later ones; number them without a gap",
        "@,num-queues=2 @ @,num-queues=3     | (empty): num-queues=3 is of the SCSI host, and bus 0 has 2; give it once, or the same to all",
        "@,id=a @,id=a                       | (empty): id=a is the name of another drive",
        // spotless:on
      })
  void misplaced(String keys, String message) {
    assertThatThrownBy(() -> cdroms(keys.replace("@", "").split(" ", -1)))
        .isInstanceOf(IOException.class)
        .hasMessage(message);
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
