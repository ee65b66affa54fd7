package dev.virtio4j.guest;

import dev.virtio4j.testing.Needs;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.commons.io.IOUtils;

/**
 * The Debian guest for tests that run a script in it: the demo's, but the kernel need not unpack
 * itself, there are more programs, and {@code init} runs the script.
 *
 * @param kernel the kernel
 * @param initramfs busybox, modules, programs, init and the script
 */
public record TestGuest(Path kernel, Path initramfs) {
  /** The kernel's command line. */
  public static final String COMMAND_LINE = GuestImage.COMMAND_LINE + " quiet";

  /**
   * The guest of the demo, fetched if need be. Where it can't be had the test is skipped, or fails
   * under CI.
   *
   * @return the guest
   * @throws IOException if the cache can't be read
   */
  public static GuestImage debian() throws IOException {
    GuestCache cache = GuestCache.ofUser(System.getenv());
    Optional<GuestImage> cached = cache.image();
    if (cached.isPresent()) {
      return cached.get();
    }
    try {
      return cache.fetch((phase, done, total) -> {});
    } catch (IOException e) {
      throw Needs.missing("there is no guest to boot: " + e.getMessage());
    }
  }

  /**
   * Makes a guest. Where what it is made of can't be had the test is skipped, or fails under CI.
   *
   * @param script what {@code init} runs, for busybox's shell
   * @param directory takes the guest's files
   * @return the guest
   * @throws IOException if they can't be written
   */
  public static TestGuest of(String script, Path directory) throws IOException {
    GuestImage debian = debian();
    TestGuest guest =
        new TestGuest(directory.resolve("vmlinuz"), directory.resolve("initramfs.cpio"));
    if (!Files.exists(guest.kernel)) {
      UnpackedKernel.make(debian.kernel(), guest.kernel);
    }
    // Archives one after the other: the kernel unpacks them all, and of two files of one name the
    // later one stays.
    try (OutputStream out = Files.newOutputStream(guest.initramfs)) {
      Files.copy(debian.initramfs(), out);
      Files.copy(tools(), out);
      Initramfs archive = new Initramfs(out);
      archive.executable("init", IOUtils.resourceToByteArray("/dev/virtio4j/guest/test-init"));
      archive.executable("test.sh", script.getBytes(StandardCharsets.UTF_8));
      archive.close();
    }
    return guest;
  }

  private static Path tools() {
    try {
      return TestTools.initramfs(GuestCache.ofUser(System.getenv()));
    } catch (IOException e) {
      throw Needs.missing("there are no programs for the guest: " + e.getMessage());
    }
  }
}
