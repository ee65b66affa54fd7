package dev.virtio4j.suite.run;

import dev.virtio4j.descriptor.DeviceType;
import dev.virtio4j.plugin.PluginDirectory;
import dev.virtio4j.suite.Case;
import dev.virtio4j.suite.Device;
import java.util.Map;

/** Makes sure, before anything runs, that plugins have the devices of cases. */
public final class PluginCheck {
  private PluginCheck() {}

  /**
   * Checks the devices of a case.
   *
   * @param test the case
   * @param plugins those that there are
   * @throws IllegalArgumentException if there is no such type or key, or a value is not allowed;
   *     the message is one line with the place
   */
  public static void check(Case test, PluginDirectory plugins) {
    for (Device device : test.devices()) {
      DeviceType type = type(device, plugins);
      device.keys().forEach((key, value) -> check(device, type, key, value));
    }
  }

  private static DeviceType type(Device device, PluginDirectory plugins) {
    try {
      return plugins.having(device.type()).descriptor().device(device.type()).orElseThrow();
    } catch (IllegalArgumentException e) {
      throw device.place().wrong(e);
    }
  }

  private static void check(Device device, DeviceType type, String key, String value) {
    try {
      type.check(Map.of(key, value));
    } catch (IllegalArgumentException e) {
      throw device.places().get(key).wrong(e);
    }
  }
}
