package dev.virtio4j.drive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.descriptor.Descriptor;
import dev.virtio4j.descriptor.DescriptorReader;
import dev.virtio4j.descriptor.DeviceOption;
import dev.virtio4j.descriptor.DeviceType;
import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.pci.PciFunction;
import dev.virtio4j.pci.PciIdentity;
import dev.virtio4j.plugin.DeviceFactory;
import dev.virtio4j.plugin.PluginDevice;
import dev.virtio4j.testing.ManualClock;
import dev.virtio4j.testing.TestMemory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("our own plugin-descriptor.xml")
class OurDescriptorTest {
  private Descriptor ours;

  @BeforeEach
  void read() throws IOException {
    try (InputStream in = getClass().getResourceAsStream("/" + DescriptorReader.FILE)) {
      ours = DescriptorReader.read(in);
    }
  }

  private DeviceType device(String name) {
    return ours.device(name).orElseThrow();
  }

  @Test
  @DisplayName("has the keys of --drive as the options of its devices, and no others")
  void options() {
    assertThat(ours.devices().stream().flatMap(type -> type.options().stream()))
        .extracting(DeviceOption::name)
        .containsOnly(Stream.of(DriveKey.values()).map(DriveKey::id).toArray(String[]::new));
  }

  @Test
  @DisplayName("of a CD-ROM drive has the defaults of such a drive")
  void defaultsOfCdrom() {
    DriveOptions cdrom = DriveOptions.parse("if=scsi,media=cdrom");

    assertThat(cdrom.value(DriveKey.LOGICAL_BLOCK_SIZE)).isEqualTo("2048");
    assertThat(cdrom.value(DriveKey.READONLY)).isEqualTo("on");
    assertThat(DriveOptions.ofDevice("virtio-scsi-cdrom", Map.of()).given())
        .isEqualTo(cdrom.given());
  }

  @ParameterizedTest
  @CsvSource({"virtio-blk", "virtio-scsi", "virtio-scsi-cdrom"})
  @DisplayName("says of the PCI identity what the device says")
  void identity(String name, @TempDir Path directory) throws Exception {
    Path disk = Files.write(directory.resolve("disk.img"), new byte[1 << 20]);
    DeviceType type = device(name);
    DeviceFactory factory =
        Class.forName(type.factory())
            .asSubclass(DeviceFactory.class)
            .getConstructor()
            .newInstance();
    GuestMemory memory = new TestMemory(1 << 20, false);
    EventClock clock = new ManualClock();

    try (PluginDevice device = factory.open(Map.of("file", disk.toString()))) {
      PciFunction function = device.powerOn(memory, clock);
      assertThat(
              new PciIdentity(
                  function.readConfig(0x00, 2),
                  function.readConfig(0x02, 2),
                  function.readConfig(0x08, 1),
                  function.readConfig(0x08, 4) >>> 8,
                  function.readConfig(0x2C, 2),
                  function.readConfig(0x2E, 2)))
          .isEqualTo(type.pci());
    }
  }
}
