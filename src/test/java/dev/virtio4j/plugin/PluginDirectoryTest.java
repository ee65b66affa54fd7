package dev.virtio4j.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.descriptor.DescriptorReader;
import dev.virtio4j.descriptor.DeviceType;
import dev.virtio4j.pci.PciFunction;
import dev.virtio4j.testing.ManualClock;
import dev.virtio4j.testing.TestMemory;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("a directory of plugins")
class PluginDirectoryTest {
  /** A third party's device: its I/O BAR reads as what its option says. */
  private static final String DICE =
      """
      package com.example;

      import dev.virtio4j.host.*;
      import dev.virtio4j.pci.*;
      import dev.virtio4j.plugin.*;
      import java.io.IOException;
      import java.util.Map;

      public class Dice implements DeviceFactory {
        public PluginDevice open(Map<String, String> options) {
          int sides = Integer.parseInt(options.getOrDefault("sides", "6"));
          return (memory, clock) -> new Function(sides);
        }

        private record Function(int sides, ConfigSpace config) implements PciFunction {
          Function(int sides) {
            this(sides, new ConfigSpace(new PciIdentity(0x1234, 0xFF, 0, 0xFF0000, 0x1234, 1), 16));
          }
          public int readConfig(int offset, int width) { return config.read(offset, width); }
          public void writeConfig(int offset, int width, int value) { config.write(offset, width, value); }
          public int ioBase() { return config.ioBase(); }
          public int ioSize() { return config.ioSize(); }
          public int readIo(int offset, int width) { return sides; }
          public void writeIo(int offset, int width, int value) {}
          public void connect(InterruptLine line) { config.connect(line); }
          public void reset() { config.reset(); }
          public void save(StateWriter out) throws IOException { config.save(out); }
          public void load(StateReader in) throws IOException { config.load(in); }
        }
      }
      """;

  private static final String DESCRIPTOR =
      """
      <plugin xmlns="urn:virtio4j:plugin:1" id="com.example.dice" name="Dice" version="1.2"
              vendor="Example" licence="MIT">
        <emulator name="jpc" from="3"/>
        <device type="dice" class="com.example.Dice" help="throws dice">
          <pci vendor="1234" device="00FF" class="FF0000" subsystem-vendor="1234" subsystem="0001"/>
          <option name="sides" type="number" default="6" help="how many sides"/>
        </device>
      </plugin>
      """;

  @TempDir private Path directory;
  @TempDir private Path built;

  @BeforeEach
  void buildDice() throws IOException {
    Path source = Files.writeString(built.resolve("Dice.java"), DICE);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertThat(
            compiler.run(
                null,
                null,
                null,
                "-cp",
                "target/classes",
                "-d",
                built.toString(),
                source.toString()))
        .isZero();
    jar("dice.jar", DESCRIPTOR, true);
  }

  private void jar(String name, String descriptor, boolean classes) throws IOException {
    try (OutputStream file = Files.newOutputStream(directory.resolve(name));
        JarOutputStream jar = new JarOutputStream(file)) {
      if (descriptor != null) {
        jar.putNextEntry(new ZipEntry(DescriptorReader.FILE));
        jar.write(descriptor.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      }
      for (String type : classes ? List.of("Dice", "Dice$Function") : List.<String>of()) {
        jar.putNextEntry(new ZipEntry("com/example/" + type + ".class"));
        jar.write(Files.readAllBytes(built.resolve("com/example/" + type + ".class")));
      }
    }
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
    jar("other-emulator.jar", DESCRIPTOR.replace("\"jpc\"", "\"bochs\""), true);
    jar("newer-emulator.jar", DESCRIPTOR.replace("from=\"3\"", "from=\"3.2\""), true);
    jar("no-class.jar", DESCRIPTOR.replace("com.example.dice", "com.example.none"), false);
    jar(
        "no-factory.jar",
        DESCRIPTOR
            .replace("com.example.Dice\"", "java.lang.String\"")
            .replace("example.dice", "example.other"),
        true);
    jar("no-xml.jar", "no XML", true);
    jar("twice.jar", DESCRIPTOR, true);
    Files.writeString(directory.resolve("no-zip.jar"), "no ZIP");

    try (PluginDirectory found = open()) {
      assertThat(found.plugins()).hasSize(1);
      assertThat(found.skipped())
          .satisfiesExactly(
              line ->
                  assertThat(line)
                      .isEqualTo(
                          "newer-emulator.jar: is for [jpc 3.2 or newer], and this is jpc 3.1"),
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
                          "other-emulator.jar: is for [bochs 3 or newer], and this is jpc 3.1"),
              line ->
                  assertThat(line)
                      .isEqualTo("twice.jar: has the id com.example.dice of dice.jar; remove one"));
    }
  }
}
