package dev.virtio4j.cli;

import dev.virtio4j.drive.DriveOptions;
import dev.virtio4j.drive.MemorySize;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The options that every command with a machine has. */
final class HardwareOptions {
  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      defaultValue = "128M",
      description = "RAM: 65536K, 128M, 1G; a plain number is MiB (128M)")
  private MemorySize memory;

  @Option(
      names = "--drive",
      paramLabel = "KEYS",
      description = {
        "a disk, may be repeated: file=FILE[,KEY=VALUE]...;",
        "'virtio4j drive-keys' lists the keys"
      })
  private List<DriveOptions> drives = new ArrayList<>();

  /** The size of RAM in bytes. */
  int memoryBytes() {
    return memory.bytes();
  }

  /** The disks, in the order of their slots. */
  List<DriveOptions> drives() {
    return drives;
  }

  /**
   * Makes a machine.
   *
   * @param memoryBytes how much memory it has
   * @param constructor makes it
   * @return the machine
   * @throws IllegalArgumentException if the host's Java heap has no room for it
   */
  static <T> T make(int memoryBytes, Supplier<T> constructor) {
    try {
      return constructor.get();
    } catch (OutOfMemoryError e) {
      throw new IllegalArgumentException(
          "no room for %d MiB of guest memory in a Java heap of %d MiB; lower --memory or set VIRTIO4J_JAVA_OPTS=-Xmx..."
              .formatted(memoryBytes >> 20, Runtime.getRuntime().maxMemory() >> 20),
          e);
    }
  }
}
