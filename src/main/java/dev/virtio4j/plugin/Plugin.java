package dev.virtio4j.plugin;

import dev.virtio4j.descriptor.Descriptor;
import dev.virtio4j.descriptor.DeviceType;
import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A plugin that is loaded. */
public final class Plugin implements Closeable {
  private final Path jar;
  private final Descriptor descriptor;
  private final URLClassLoader classes;
  private final Map<DeviceType, DeviceFactory> factories;

  private Plugin(
      Path jar,
      Descriptor descriptor,
      URLClassLoader classes,
      Map<DeviceType, DeviceFactory> factories) {
    this.jar = jar;
    this.descriptor = descriptor;
    this.classes = classes;
    this.factories = factories;
  }

  /**
   * Makes the factories of a plugin.
   *
   * @param classes the loader of its classes; closed with the plugin
   * @throws IOException with one line, if a class is missing or is none of a factory
   */
  static Plugin load(Path jar, Descriptor descriptor, URLClassLoader classes) throws IOException {
    Map<DeviceType, DeviceFactory> factories = new LinkedHashMap<>();
    for (DeviceType device : descriptor.devices()) {
      factories.put(device, factory(device, classes));
    }
    return new Plugin(jar, descriptor, classes, factories);
  }

  private static DeviceFactory factory(DeviceType device, ClassLoader classes) throws IOException {
    String what = "device " + device.name() + ": class " + device.factory();
    try {
      Class<?> found = Class.forName(device.factory(), true, classes);
      return found.asSubclass(DeviceFactory.class).getConstructor().newInstance();
    } catch (ClassNotFoundException e) {
      throw new IOException(what + " is not in the jar", e);
    } catch (ClassCastException e) {
      throw new IOException(what + " is no " + DeviceFactory.class.getName(), e);
    } catch (InvocationTargetException e) {
      throw new IOException(what + " can't be made: " + e.getCause(), e);
    } catch (ReflectiveOperationException e) {
      throw new IOException(what + " has no public constructor without parameters", e);
    }
  }

  /** {@return the jar that it is in} */
  public Path jar() {
    return jar;
  }

  /** {@return what it says of itself} */
  public Descriptor descriptor() {
    return descriptor;
  }

  /**
   * Opens a device.
   *
   * @param type one of its types
   * @param options the values that the user gave, by the names of the options
   * @return the device, to be closed
   * @throws IOException if its files can't be opened
   * @throws IllegalArgumentException if there is no such option, or a value is not allowed
   */
  public PluginDevice open(DeviceType type, Map<String, String> options) throws IOException {
    type.check(options);
    return factories.get(type).open(Map.copyOf(options));
  }

  /** Its classes can't be loaded any more; close its devices first. */
  @Override
  public void close() throws IOException {
    classes.close();
  }
}
