package dev.virtio4j.drive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.pci.PciFunction;
import dev.virtio4j.pci.PciIdentity;
import dev.virtio4j.plugin.Descriptor;
import dev.virtio4j.plugin.DescriptorReader;
import dev.virtio4j.plugin.DeviceFactory;
import dev.virtio4j.plugin.DeviceOption;
import dev.virtio4j.plugin.DeviceType;
import dev.virtio4j.plugin.PluginDevice;
import dev.virtio4j.testing.ManualClock;
import dev.virtio4j.testing.TestMemory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
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
    return ours.devices().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"virtio-blk, VIRTIO", "virtio-scsi, SCSI_DISK"})
  @DisplayName("has the keys of --drive, with their values, defaults and help")
  void options(String type, DriveKind kind) {
    assertThat(device(type).options())
        .isEqualTo(
            Stream.of(DriveKey.values())
                .filter(key -> key != DriveKey.IF && key.isOf(kind))
                .map(OurDescriptorTest::option)
                .toList());
  }

  private static DeviceOption option(DriveKey key) {
    DeviceOption.Type type =
        switch (key.syntax()) {
          case "FILE" -> DeviceOption.Type.FILE;
          case "NUMBER" -> DeviceOption.Type.NUMBER;
          case "SIZE" -> DeviceOption.Type.SIZE;
          case "TIME" -> DeviceOption.Type.TIME;
          case "NAME", "TEXT", "PLAN" -> DeviceOption.Type.TEXT;
          default -> DeviceOption.Type.CHOICE;
        };
    List<String> words = type == DeviceOption.Type.CHOICE ? key.words() : List.of();
    return new DeviceOption(key.id(), type, words, key.byDefault(), key.help());
  }

  @ParameterizedTest
  @CsvSource({"virtio-blk", "virtio-scsi"})
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
