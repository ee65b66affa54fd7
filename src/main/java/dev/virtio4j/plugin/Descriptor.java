package dev.virtio4j.plugin;

import java.util.List;

/**
 * What a plugin-descriptor.xml says.
 *
 * @param id what no other plugin has, such as a package name
 * @param name what users read
 * @param version of the plugin
 * @param vendor who made it
 * @param licence its licence, such as {@code MIT}
 * @param emulators what it is for
 * @param devices the types of devices that it has
 */
public record Descriptor(
    String id,
    String name,
    String version,
    String vendor,
    String licence,
    List<Emulator> emulators,
    List<DeviceType> devices) {

  /**
   * Keeps copies of the lists.
   *
   * @param id what no other plugin has
   * @param name what users read
   * @param version of the plugin
   * @param vendor who made it
   * @param licence its licence
   * @param emulators what it is for
   * @param devices the types of devices that it has
   */
  public Descriptor {
    emulators = List.copyOf(emulators);
    devices = List.copyOf(devices);
  }
}
