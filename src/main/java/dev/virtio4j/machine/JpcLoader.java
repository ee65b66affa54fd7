package dev.virtio4j.machine;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.zip.ZipFile;

/**
 * Loads JPC, which the program has not, and our classes for it: those must be of the same loader,
 * since JPC looks for them by their names. All other classes are the program's.
 */
public final class JpcLoader extends URLClassLoader {
  private static final String HOST = "dev.virtio4j.jpc.boot.JpcHost";
  private static final String PC = "org/jpc/emulator/PC.class";

  static {
    registerAsParallelCapable();
  }

  private byte[] firmware;

  private JpcLoader(URL... classes) {
    super(classes, JpcLoader.class.getClassLoader());
  }

  /**
   * Loads a JPC.
   *
   * @param options which, and how it is to be
   * @return what makes machines of it
   * @throws BadInputException if the file is no JPC, or an option is not as it should be
   */
  public static Host load(JpcOptions options) throws BadInputException {
    check(options.jar());
    try {
      JpcLoader loader =
          new JpcLoader(
              options.jar().toUri().toURL(),
              JpcLoader.class.getProtectionDomain().getCodeSource().getLocation());
      Constructor<?> host = loader.loadClass(HOST).getConstructor(JpcOptions.class, Consumer.class);
      Consumer<byte[]> firmware = image -> loader.firmware = image;
      return (Host) host.newInstance(options, firmware);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException bad) {
        throw new BadInputException(bad);
      }
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException | LinkageError | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void check(Path file) throws BadInputException {
    if (!Files.isRegularFile(file)) {
      throw new BadInputException(file + ": no such file; --jpc names the jar of a JPC");
    }
    try (ZipFile jar = new ZipFile(file.toFile())) {
      if (jar.getEntry(PC) == null) {
        throw new BadInputException(
            file + ": no JPC, since it has no " + PC + "; build one of JPC's sources");
      }
    } catch (IOException e) {
      throw new BadInputException(file + ": no jar (" + e.getMessage() + ")");
    }
  }

  private static boolean isOfJpc(String name) {
    return name.startsWith("org.jpc.") || name.startsWith("dev.virtio4j.jpc.");
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!isOfJpc(name)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? findClass(name) : loaded;
    }
  }

  @Override
  public InputStream getResourceAsStream(String name) {
    return name.equals(JpcOptions.FIRMWARE) && firmware != null
        ? new ByteArrayInputStream(firmware)
        : super.getResourceAsStream(name);
  }
}
