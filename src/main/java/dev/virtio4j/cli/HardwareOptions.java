package dev.virtio4j.cli;

import dev.virtio4j.drive.DriveOptions;
import dev.virtio4j.drive.MemorySize;
import java.util.ArrayList;
import java.util.List;
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
}
