package dev.virtio4j.guest;

import dev.virtio4j.block.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.commons.io.file.PathUtils;

/**
 * Where a user's fetched guests are kept, outside of any source tree.
 *
 * <pre>
 *   ~/.cache/virtio4j/
 *     debian-i386/            the guest, there as a whole or not at all
 *       vmlinuz               the kernel as Debian ships it
 *       initramfs.cpio        made here
 *       guest.properties      from which versions of which packages, by which recipe
 *     debian-i386.part/       a guest in the making
 *     apt-get.log             what apt-get said at the last fetch
 *     lock                    held while fetching
 * </pre>
 */
public final class GuestCache {
  static final String KERNEL = "vmlinuz";
  static final String INITRAMFS = "initramfs.cpio";

  private static final String PROPERTIES = "guest.properties";

  /** In the properties: what the initramfs was made by; a guest made by another one is outdated. */
  private static final String RECIPE = "recipe.sha256";

  /** In the properties: begins the names of those that give the version of a package. */
  private static final String VERSION = "version.";

  private final Path directory;
  private final String aptGet;

  /**
   * Names a cache, which need not exist yet.
   *
   * @param directory its directory
   */
  public GuestCache(Path directory) {
    this(directory, "apt-get");
  }

  /** A cache that runs another program for apt-get. */
  GuestCache(Path directory, String aptGet) {
    this.directory = directory.toAbsolutePath();
    this.aptGet = aptGet;
  }

  /**
   * The cache of the user: {@code $VIRTIO4J_CACHE}, else {@code virtio4j} in {@code
   * $XDG_CACHE_HOME}, else {@code ~/.cache/virtio4j}.
   *
   * @param environment the environment variables
   * @return the cache
   */
  public static GuestCache ofUser(Map<String, String> environment) {
    String own = environment.getOrDefault("VIRTIO4J_CACHE", "");
    if (!own.isEmpty()) {
      return new GuestCache(Path.of(own));
    }
    // The XDG Base Directory Specification has relative paths ignored.
    Path caches = Path.of(environment.getOrDefault("XDG_CACHE_HOME", ""));
    if (!caches.isAbsolute()) {
      caches = Path.of(System.getProperty("user.home"), ".cache");
    }
    return new GuestCache(caches.resolve("virtio4j"));
  }

  /**
   * The directory of this cache.
   *
   * @return its absolute path
   */
  public Path directory() {
    return directory;
  }

  /**
   * Finds the guest that was fetched last.
   *
   * @return the guest; empty if none was fetched, or it was made by another version of this library
   * @throws IOException if the cache cannot be read
   */
  public Optional<GuestImage> image() throws IOException {
    Path guest = guestDirectory();
    Path file = guest.resolve(PROPERTIES);
    if (!Files.exists(file)
        || !Files.exists(guest.resolve(KERNEL))
        || !Files.exists(guest.resolve(INITRAMFS))) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      properties.load(in);
    }
    if (!recipe().equals(properties.getProperty(RECIPE))) {
      return Optional.empty();
    }
    Map<String, String> versions = new HashMap<>();
    for (String name : properties.stringPropertyNames()) {
      if (name.startsWith(VERSION)) {
        versions.put(name.substring(VERSION.length()), properties.getProperty(name));
      }
    }
    return Optional.of(
        new GuestImage(guest.resolve(KERNEL), guest.resolve(INITRAMFS), Map.copyOf(versions)));
  }

  /**
   * Fetches the newest guest that the machine's package sources have, in place of the one that may
   * be here. A fetch that fails or is interrupted leaves the cache as it was.
   *
   * @param progress hears how far it is
   * @return the guest
   * @throws IOException if it cannot be made; the message says in a line why, and what to do
   *     instead
   */
  public GuestImage fetch(Progress progress) throws IOException {
    Files.createDirectories(directory);
    try (FileChannel channel =
            FileChannel.open(
                directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        throw new IOException("a guest is being fetched into " + directory + " already");
      }
      Path part = directory.resolve("debian-i386.part");
      deleteIfExists(part); // of a fetch that was killed
      try {
        make(part, progress);
      } finally {
        deleteIfExists(part);
      }
    }
    return image().orElseThrow();
  }

  private void make(Path part, Progress progress) throws IOException {
    Path packages = Files.createDirectories(part.resolve("packages"));
    Path guest = Files.createDirectories(part.resolve("guest"));
    AptGet apt = new AptGet(aptGet, packages, directory.resolve("apt-get.log"), progress);
    Map<String, String> versions = new DebianGuest(apt, guest, progress).make();

    Properties properties = new Properties();
    properties.setProperty(RECIPE, recipe());
    versions.forEach((name, version) -> properties.setProperty(VERSION + name, version));
    try (OutputStream out = Files.newOutputStream(guest.resolve(PROPERTIES))) {
      properties.store(out, "made by virtio4j guest fetch");
    }
    deleteIfExists(guestDirectory());
    Files.move(guest, guestDirectory(), StandardCopyOption.ATOMIC_MOVE);
  }

  private Path guestDirectory() {
    return directory.resolve("debian-i386");
  }

  private static String recipe() throws IOException {
    return Sha256.of(DebianGuest.recipe());
  }

  private static void deleteIfExists(Path directory) throws IOException {
    if (Files.exists(directory)) {
      PathUtils.deleteDirectory(directory);
    }
  }
}
