package dev.virtio4j.descriptor;

import java.util.Arrays;

/**
 * An emulator that a plugin is for, or that looks for plugins.
 *
 * @param name its name, such as {@code jpc}
 * @param from the first version; numbers with dots between them
 * @param to the last version; empty for no end. Of {@code 3.1} all of 3.1.x is in
 */
public record Emulator(String name, String from, String to) {

  /**
   * Whether a plugin that is for this is for one emulator.
   *
   * @param otherName the name of the other
   * @param version its version
   * @return whether it is
   */
  public boolean covers(String otherName, String version) {
    int[] numbers = numbers(version);
    int[] last = numbers(to);
    return name.equals(otherName)
        && Arrays.compare(numbers, numbers(from)) >= 0
        && (to.isEmpty()
            || Arrays.compare(Arrays.copyOf(numbers, Math.min(numbers.length, last.length)), last)
                <= 0);
  }

  private static int[] numbers(String version) {
    return version.isEmpty()
        ? new int[0]
        : Arrays.stream(version.split("\\.", -1)).mapToInt(Integer::parseInt).toArray();
  }

  /** As a user reads it. */
  @Override
  public String toString() {
    return name + " " + from + (to.isEmpty() ? " or newer" : " to " + to);
  }
}
