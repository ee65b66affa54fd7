package dev.virtio4j.plugin;

import dev.virtio4j.descriptor.Descriptor;
import dev.virtio4j.descriptor.DescriptorReader;
import dev.virtio4j.descriptor.DeviceType;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;

/**
 * The plugins of a directory. A jar without a descriptor is none of ours; one that is broken is
 * named in {@link #skipped}, and the others are loaded.
 */
public final class PluginDirectory implements Closeable {
  private final String emulator;
  private final String version;
  private final ClassLoader host;
  private final List<Plugin> plugins = new ArrayList<>();
  private final List<String> skipped = new ArrayList<>();

  private PluginDirectory(String emulator, String version, ClassLoader host) {
    this.emulator = emulator;
    this.version = version;
    this.host = host;
  }

  /**
   * Loads the plugins of a directory, in the order of their file names.
   *
   * @param directory the directory
   * @param emulator the name of the emulator that looks
   * @param version its version; numbers with dots between them
   * @param host the emulator's class loader, which has the classes of this library
   * @return the plugins, to be closed
   * @throws IOException if the directory can't be listed
   */
  public static PluginDirectory open(
      Path directory, String emulator, String version, ClassLoader host) throws IOException {
    List<Path> jars = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.jar")) {
      files.forEach(jars::add);
    }
    Collections.sort(jars);
    PluginDirectory found = new PluginDirectory(emulator, version, host);
    for (Path jar : jars) {
      found.add(jar);
    }
    return found;
  }

  /** {@return a directory without plugins} */
  public static PluginDirectory none() {
    return new PluginDirectory("", "", null);
  }

  private void add(Path jar) {
    try {
      Descriptor descriptor = descriptor(jar);
      if (descriptor != null) {
        check(descriptor);
        plugins.add(load(jar, descriptor));
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      skipped.add(jar.getFileName() + ": " + (e instanceof IOException ? e.getMessage() : e));
    }
  }

  private static Descriptor descriptor(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      ZipEntry entry = file.getEntry(DescriptorReader.FILE);
      if (entry == null) {
        return null;
      }
      try (InputStream in = file.getInputStream(entry)) {
        return DescriptorReader.read(in);
      }
    }
  }

  private void check(Descriptor descriptor) throws IOException {
    if (descriptor.emulators().stream().noneMatch(one -> one.covers(emulator, version))) {
      throw new IOException(
          "is for %s, and this is %s %s".formatted(descriptor.emulators(), emulator, version));
    }
    for (Plugin other : plugins) {
      if (other.descriptor().id().equals(descriptor.id())) {
        throw new IOException(
            "has the id %s of %s; remove one"
                .formatted(descriptor.id(), other.jar().getFileName()));
      }
    }
  }

  private Plugin load(Path jar, Descriptor descriptor) throws IOException {
    URLClassLoader classes = new URLClassLoader(new URL[] {jar.toUri().toURL()}, host);
    try {
      return Plugin.load(jar, descriptor, classes);
    } catch (IOException | RuntimeException | LinkageError e) {
      classes.close();
      throw e;
    }
  }

  /** {@return the plugins that are loaded} */
  public List<Plugin> plugins() {
    return Collections.unmodifiableList(plugins);
  }

  /**
   * Finds the plugin that has a type of device.
   *
   * @param type its name
   * @return the first that has it
   * @throws IllegalArgumentException if none has; the message is one line that says what there is
   */
  public Plugin having(String type) {
    return plugins.stream()
        .filter(plugin -> plugin.descriptor().device(type).isPresent())
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no plugin has a device '%s'; there are %s"
                        .formatted(
                            type,
                            types().isEmpty()
                                ? "none: --plugins=DIR names a directory with plugins"
                                : types())));
  }

  private String types() {
    return plugins.stream()
        .flatMap(plugin -> plugin.descriptor().devices().stream())
        .map(DeviceType::name)
        .collect(Collectors.joining(", "));
  }

  /** {@return a line for each jar that was skipped: which, and why} */
  public List<String> skipped() {
    return Collections.unmodifiableList(skipped);
  }

  @Override
  public void close() throws IOException {
    for (Plugin plugin : plugins) {
      plugin.close();
    }
  }
}
