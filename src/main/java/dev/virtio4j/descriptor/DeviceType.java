package dev.virtio4j.descriptor;

import dev.virtio4j.pci.PciIdentity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A type of device that a plugin has.
 *
 * @param name what users call it
 * @param factory the name of its {@code DeviceFactory} class
 * @param pci what it tells of itself on PCI
 * @param options its options
 * @param help what it is, in one line
 */
public record DeviceType(
    String name, String factory, PciIdentity pci, List<DeviceOption> options, String help) {

  /**
   * Keeps a copy of the options.
   *
   * @param name what users call it
   * @param factory the name of its {@code DeviceFactory} class
   * @param pci what it tells of itself on PCI
   * @param options its options
   * @param help what it is
   */
  public DeviceType {
    options = List.copyOf(options);
  }

  /**
   * Checks options that a user gave.
   *
   * @param given their values by their names
   * @throws IllegalArgumentException if there is no such option, or a value is not of its type; the
   *     message is one line that says what there is
   */
  public void check(Map<String, String> given) {
    given.forEach((key, value) -> option(key).check(value));
  }

  private DeviceOption option(String key) {
    return find(key)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s has no option '%s'; it has %s"
                        .formatted(
                            name,
                            key,
                            options.stream()
                                .map(DeviceOption::name)
                                .collect(Collectors.joining(", ")))));
  }

  /**
   * Finds an option.
   *
   * @param key its name
   * @return the option, if there is one
   */
  public Optional<DeviceOption> find(String key) {
    return options.stream().filter(option -> option.name().equals(key)).findFirst();
  }
}
