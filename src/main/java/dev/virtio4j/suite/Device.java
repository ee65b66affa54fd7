package dev.virtio4j.suite;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A device of a plugin. Whether a plugin has it is not known here.
 *
 * @param place where it stands
 * @param type its type
 * @param keys a value for each key that is given, in their order
 * @param places where each of these stands
 */
public record Device(
    Place place, String type, Map<String, String> keys, Map<String, Place> places) {

  /**
   * Keeps copies of the maps.
   *
   * @param place where it stands
   * @param type its type
   * @param keys a value for each key
   * @param places where each of these stands
   */
  public Device {
    keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
    places = Map.copyOf(places);
  }
}
