package dev.virtio4j.suite;

import java.util.Map;

/**
 * A device that an emulator's plugin brings.
 *
 * @param place where it stands
 * @param type its type
 * @param keys a value for each key that is given, in their order
 */
public record Device(Place place, String type, Map<String, String> keys) {}
