package dev.virtio4j.plugin;

import java.io.IOException;
import java.util.Map;

/**
 * Makes devices of one type. A descriptor names the class, which has a public constructor without
 * parameters.
 */
@FunctionalInterface
public interface DeviceFactory {

  /**
   * Opens what a device needs of the host's files and the like.
   *
   * @param options the values that the user gave; each is of an option of the descriptor, and of
   *     its type
   * @return the device, to be closed
   * @throws IOException if that can't be; the message is one line that names the thing and the
   *     remedy
   * @throws IllegalArgumentException if a value is not allowed; the message is one line that says
   *     what is
   */
  PluginDevice open(Map<String, String> options) throws IOException;
}
