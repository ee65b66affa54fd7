package dev.virtio4j.plugin;

import dev.virtio4j.descriptor.DeviceOptions;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The devices that a user wants of the plugins of a directory, opened. */
public final class PluginDevices implements Closeable {
  private final PluginDirectory directory;
  private final List<DeviceOptions> options;
  private final List<PluginDevice> devices = new ArrayList<>();

  private PluginDevices(PluginDirectory directory, List<DeviceOptions> options) {
    this.directory = directory;
    this.options = List.copyOf(options);
  }

  /**
   * Opens all devices, or none.
   *
   * @param directory the plugins; closed with the devices, or by this if it fails
   * @param wanted the devices
   * @return the devices; to be closed
   * @throws IOException if one can't be opened; the message is one line that names it
   * @throws IllegalArgumentException if there is no such type or option, or a value is not allowed;
   *     the message is one line that says what is
   */
  public static PluginDevices open(PluginDirectory directory, List<DeviceOptions> wanted)
      throws IOException {
    PluginDevices opened = new PluginDevices(directory, wanted);
    try {
      for (DeviceOptions device : wanted) {
        opened.devices.add(opened.open(device));
      }
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
    return opened;
  }

  private PluginDevice open(DeviceOptions device) throws IOException {
    Plugin plugin = directory.having(device.type());
    return plugin.open(plugin.descriptor().device(device.type()).orElseThrow(), device.given());
  }

  /** {@return the devices, in the order in which they were wanted} */
  public List<PluginDevice> list() {
    return Collections.unmodifiableList(devices);
  }

  /** {@return what the user wants of each} */
  public List<DeviceOptions> options() {
    return options;
  }

  /** Closes the devices, then the plugins. */
  @Override
  public void close() throws IOException {
    try (directory) {
      for (PluginDevice device : devices) {
        device.close();
      }
    }
  }
}
