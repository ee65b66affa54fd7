package dev.virtio4j.descriptor;

import java.util.List;
import java.util.Optional;

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

  /**
   * Finds a type of device.
   *
   * @param type its name
   * @return the type, if there is one
   */
  public Optional<DeviceType> device(String type) {
    return devices.stream().filter(device -> device.name().equals(type)).findFirst();
  }
}
