package dev.virtio4j.machine;

import dev.virtio4j.block.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What JPC to run guests on, and how.
 *
 * @param jar its classes
 * @param window whether its display is shown in a window
 * @param repairs what is repaired in it: {@code all}, {@code none}, or a list with commas of what
 *     {@code dev.virtio4j.jpc.JpcRepair} names
 * @param arguments its own options, as its command line has them
 */
public record JpcOptions(Path jar, boolean window, String repairs, List<String> arguments) {
  /** Under which name JPC finds firmware that is not its own. */
  public static final String FIRMWARE = "virtio4j-firmware.bin";

  /**
   * Which JPC exactly that is.
   *
   * @return a hash of the jar
   * @throws IOException if it can't be read
   */
  public String program() throws IOException {
    return Sha256.of(Files.readAllBytes(jar));
  }
}
