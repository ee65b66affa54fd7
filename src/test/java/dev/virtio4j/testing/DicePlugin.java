package dev.virtio4j.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.descriptor.DescriptorReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * A third party's plugin, compiled in the test.
 *
 * @param classes where its classes are
 */
public record DicePlugin(Path classes) {
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

  /** What it says of itself. */
  public static final String DESCRIPTOR =
      """
      <plugin xmlns="urn:virtio4j:plugin:1" id="com.example.dice" name="Dice" version="1.2"
              vendor="Example" licence="MIT">
        <emulator name="jpc" from="3"/>
        <emulator name="virtio4j" from="0.1"/>
        <device type="dice" class="com.example.Dice" help="throws dice">
          <pci vendor="1234" device="00FF" class="FF0000" subsystem-vendor="1234" subsystem="0001"/>
          <option name="sides" type="number" default="6" help="how many sides"/>
        </device>
      </plugin>
      """;

  /**
   * Compiles it.
   *
   * @param directory an empty directory
   * @return the plugin
   * @throws IOException if it can't be written
   */
  public static DicePlugin build(Path directory) throws IOException {
    Path source = Files.writeString(directory.resolve("Dice.java"), DICE);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    String[] arguments = {"-cp", "target/classes", "-d", directory.toString(), source.toString()};
    assertThat(compiler.run(null, null, null, arguments)).isZero();
    return new DicePlugin(directory);
  }

  /**
   * Makes a jar of it.
   *
   * @param file the jar
   * @param descriptor what it says of itself; null for nothing
   * @param complete whether its classes are in the jar
   * @throws IOException if it can't be written
   */
  public void jar(Path file, String descriptor, boolean complete) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out)) {
      if (descriptor != null) {
        jar.putNextEntry(new ZipEntry(DescriptorReader.FILE));
        jar.write(descriptor.getBytes(UTF_8));
      }
      for (String type : complete ? List.of("Dice", "Dice$Function") : List.<String>of()) {
        jar.putNextEntry(new ZipEntry("com/example/" + type + ".class"));
        jar.write(Files.readAllBytes(classes.resolve("com/example/" + type + ".class")));
      }
    }
  }
}
