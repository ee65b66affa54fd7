package dev.virtio4j.suite;

import java.nio.file.Path;

/**
 * Where something stands in a suite.
 *
 * @param file the file, as it was named
 * @param line the line, from 1
 * @param key the way to it, such as {@code cases.boots.drives[0].file}; empty for the whole file
 */
public record Place(Path file, int line, String key) {

  /**
   * Says that something is wrong here.
   *
   * @param what what is wrong and how it is mended
   * @return to be thrown: one line that begins with this place
   */
  public IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException(this + ": " + what);
  }

  /**
   * Says that something is wrong here.
   *
   * @param cause says what; its message is one line
   * @return to be thrown: one line that begins with this place
   */
  public IllegalArgumentException wrong(Exception cause) {
    return new IllegalArgumentException(this + ": " + cause.getMessage(), cause);
  }

  /** {@return file, line and key, such as {@code suite.yaml:12: cases.boots.memory}} */
  @Override
  public String toString() {
    return file + ":" + line + (key.isEmpty() ? "" : ": " + key);
  }
}
