package dev.virtio4j.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that a case needs.
 *
 * @param place where it is named
 * @param path the file
 */
public record InputFile(Place place, Path path) {

  /**
   * Makes sure that it is there.
   *
   * @throws IOException if it is not; the message is one line with the place
   */
  public void check() throws IOException {
    if (!Files.exists(path)) {
      throw new IOException(place + ": " + path + ": no such file");
    }
    if (Files.isDirectory(path) || !Files.isReadable(path)) {
      throw new IOException(place + ": " + path + ": can't be read");
    }
  }
}
