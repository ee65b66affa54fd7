package dev.virtio4j.jpc;

import java.io.IOException;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Drives as a module, for emulators that load parts of a PC by the name of a class, as JPC-RR does:
 * a {@code HardwareComponent} with a constructor that takes a text. In JPC itself, {@link
 * VirtioDrives} does the same.
 *
 * <p>Nobody tells a module that the emulator ends: what the guest has flushed by then is in the
 * images.
 */
public final class VirtioModule extends CardSlots {
  private static final Pattern ONE_SEMICOLON = Pattern.compile("(?<!;);(?!;)");

  /**
   * Opens the drives' images.
   *
   * @param drives of each drive what stands after {@code --drive}, with semicolons between them; a
   *     semicolon of a name is written twice
   * @throws IOException if an image is not as it should be
   * @throws IllegalArgumentException if a key or a value is not one of those there are; the message
   *     lists those
   */
  public VirtioModule(String drives) throws IOException {
    super(DriveDevices.open(keys(drives)));
  }

  private static String[] keys(String drives) {
    return Stream.of(ONE_SEMICOLON.split(drives))
        .map(one -> one.replace(";;", ";"))
        .toArray(String[]::new);
  }
}
