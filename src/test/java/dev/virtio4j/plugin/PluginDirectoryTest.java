package dev.virtio4j.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.descriptor.DeviceType;
import dev.virtio4j.pci.PciFunction;
import dev.virtio4j.testing.DicePlugin;
import dev.virtio4j.testing.ManualClock;
import dev.virtio4j.testing.TestMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("a directory of plugins")
class PluginDirectoryTest {
  @TempDir private Path directory;
  private DicePlugin dicePlugin;

  @BeforeEach
  void buildDice(@TempDir Path built) throws IOException {
    dicePlugin = DicePlugin.build(built);
    jar("dice.jar", DicePlugin.DESCRIPTOR, true);
  }

  private void jar(String name, String descriptor, boolean classes) throws IOException {
    dicePlugin.jar(directory.resolve(name), descriptor, classes);
  }

  private PluginDirectory open() throws IOException {
    return PluginDirectory.open(directory, "jpc", "3.1", getClass().getClassLoader());
  }

  @Test
  @DisplayName("a third party's device works, with its options, in a class loader of its own")
  void thirdParty() throws IOException {
    try (PluginDirectory found = open()) {
      assertThat(found.skipped()).isEmpty();
      Plugin dice = found.plugins().get(0);
      DeviceType type = dice.descriptor().devices().get(0);
      try (PluginDevice device = dice.open(type, Map.of("sides", "20"))) {
        PciFunction function = device.powerOn(new TestMemory(4096, false), new ManualClock());

        assertThat(function.readConfig(0, 4)).isEqualTo(0x00FF_1234);
        assertThat(function.readIo(0, 1)).isEqualTo(20);
        assertThat(function.getClass().getClassLoader()).isNotEqualTo(getClass().getClassLoader());
      }
      assertThatThrownBy(() -> dice.open(type, Map.of("sides", "x")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("sides=x: not a number");
    }
  }

  @Test
  @DisplayName("a jar without a descriptor is left alone")
  void noPlugin() throws IOException {
    jar("a-library.jar", null, false);

    try (PluginDirectory found = open()) {
      assertThat(found.plugins()).hasSize(1);
      assertThat(found.skipped()).isEmpty();
    }
  }

  @Test
  @DisplayName("broken plugins are named and skipped, and the others are loaded")
  void broken() throws IOException {
    jar("other-emulator.jar", DicePlugin.DESCRIPTOR.replace("\"jpc\"", "\"bochs\""), true);
    jar("newer-emulator.jar", DicePlugin.DESCRIPTOR.replace("from=\"3\"", "from=\"3.2\""), true);
    jar(
        "no-class.jar",
        DicePlugin.DESCRIPTOR.replace("com.example.dice", "com.example.none"),
        false);
    jar(
        "no-factory.jar",
        DicePlugin.DESCRIPTOR
            .replace("com.example.Dice\"", "java.lang.String\"")
            .replace("example.dice", "example.other"),
        true);
    jar("no-xml.jar", "no XML", true);
    jar("twice.jar", DicePlugin.DESCRIPTOR, true);
    Files.writeString(directory.resolve("no-zip.jar"), "no ZIP");

    try (PluginDirectory found = open()) {
      assertThat(found.plugins()).hasSize(1);
      assertThat(found.skipped())
          .satisfiesExactly(
              line ->
                  assertThat(line)
                      .isEqualTo(
                          "newer-emulator.jar: is for [jpc 3.2 or newer, virtio4j 0.1 or newer], and this is jpc 3.1"),
              line ->
                  assertThat(line)
                      .isEqualTo(
                          "no-class.jar: device dice: class com.example.Dice is not in the jar"),
              line ->
                  assertThat(line)
                      .isEqualTo(
                          "no-factory.jar: device dice: class java.lang.String is no"
                              + " dev.virtio4j.plugin.DeviceFactory"),
              line -> assertThat(line).startsWith("no-xml.jar: plugin-descriptor.xml: line 1, "),
              line -> assertThat(line).startsWith("no-zip.jar: "),
              line ->
                  assertThat(line)
                      .isEqualTo(
                          "other-emulator.jar: is for [bochs 3 or newer, virtio4j 0.1 or newer], and this is jpc 3.1"),
              line ->
                  assertThat(line)
                      .isEqualTo("twice.jar: has the id com.example.dice of dice.jar; remove one"));
    }
  }
}
