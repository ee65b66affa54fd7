package dev.virtio4j.cli;

import dev.virtio4j.descriptor.DeviceOptions;
import dev.virtio4j.drive.DriveOptions;
import dev.virtio4j.drive.MemorySize;
import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.plugin.PluginDevices;
import dev.virtio4j.plugin.PluginDirectory;
import java.io.IOException;
import java.nio.file.Path;
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

  @Option(
      names = "--device",
      paramLabel = "TYPE",
      description = {
        "a device, may be repeated: TYPE[,KEY=VALUE]...;",
        "'virtio4j plugins list' lists the types"
      })
  private List<DeviceOptions> devices = new ArrayList<>();

  @Option(
      names = "--plugins",
      paramLabel = "DIR",
      description = "the directory with the plugins of other devices")
  private Path plugins;

  /** The size of RAM in bytes. */
  int memoryBytes() {
    return memory.bytes();
  }

  /**
   * The disks, in the order of their slots: those of {@code --drive}, then those of {@code
   * --device}.
   *
   * @throws BadInputException if an option of a device is not as it should be
   */
  List<DriveOptions> drives() throws BadInputException {
    List<DriveOptions> all = new ArrayList<>(drives);
    for (DeviceOptions device : devices) {
      if (DriveOptions.isOurs(device.type())) {
        try {
          all.add(DriveOptions.ofDevice(device.type(), device.given()));
        } catch (IllegalArgumentException e) {
          throw bad(e);
        }
      }
    }
    return all;
  }

  /**
   * Opens the devices of other plugins.
   *
   * @param console hears of plugins that are skipped
   * @return the devices; to be closed
   * @throws BadInputException if one can't be opened
   */
  PluginDevices openDevices(Console console) throws BadInputException {
    List<DeviceOptions> others =
        devices.stream().filter(device -> !DriveOptions.isOurs(device.type())).toList();
    if (plugins == null && !others.isEmpty()) {
      throw new BadInputException(
          "--device: %s is no device of ours; --plugins=DIR names a directory with others"
              .formatted(others.get(0).type()));
    }
    try {
      PluginDirectory directory = PluginsCommand.open(plugins);
      directory.skipped().forEach(line -> console.note("skipped: " + line));
      return PluginDevices.open(directory, others);
    } catch (IllegalArgumentException e) {
      throw bad(e);
    } catch (IOException e) {
      throw new BadInputException(e);
    }
  }

  private static BadInputException bad(IllegalArgumentException e) {
    return new BadInputException("--device: " + e.getMessage());
  }
}
