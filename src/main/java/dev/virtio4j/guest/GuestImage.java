package dev.virtio4j.guest;

import java.nio.file.Path;
import java.util.Map;

/**
 * A guest that can be booted.
 *
 * @param kernel the kernel, a bzImage
 * @param initramfs the initramfs to load with it: an uncompressed newc cpio archive
 * @param versions the version of each Debian package that it was made from, by package name
 */
public record GuestImage(Path kernel, Path initramfs, Map<String, String> versions) {

  /**
   * The kernel command line for such a guest on a PC whose console is COM1. A panic ends the run at
   * once. What would only cost time is left out: of some 4000 million instructions that Debian 12's
   * kernel takes from its first message to init, 3700 million test cryptographic algorithms, and
   * the search for ISA Plug and Play cards is a third of a second of waiting. On a PC without ACPI,
   * Linux checks the TSC against the 8254, which it sets anew for each of its own timers: sooner or
   * later it takes the TSC for unstable.
   */
  public static final String COMMAND_LINE =
      "console=ttyS0 panic=-1 cryptomgr.notests noisapnp nokaslr tsc=reliable";
}
