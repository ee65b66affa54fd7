package dev.virtio4j.plugin;

import dev.virtio4j.drive.DriveOptions;
import dev.virtio4j.drive.Drives;
import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.pci.PciFunction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One drive as a device of a plugin.
 *
 * @param drives the drive
 */
record OpenDrive(Drives drives) implements PluginDevice {

  /** Opens one of our devices. */
  static OpenDrive of(String type, Map<String, String> options) throws IOException {
    return new OpenDrive(Drives.open(List.of(DriveOptions.ofDevice(type, options)), false));
  }

  @Override
  public PciFunction powerOn(GuestMemory memory, EventClock clock) {
    List<PciFunction> functions = new ArrayList<>();
    drives.plugInto(memory, clock, functions::add, () -> {});
    return functions.get(0);
  }

  @Override
  public void close() throws IOException {
    try (drives) {
      drives.flush();
    }
  }
}
