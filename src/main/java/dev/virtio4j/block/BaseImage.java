package dev.virtio4j.block;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What an overlay lies over.
 *
 * @param file the file that the disk is in
 * @param disk the disk
 */
public record BaseImage(Path file, BlockBackend disk) implements Closeable {

  /** When the file was last modified, in milliseconds since 1970. */
  long modified() throws IOException {
    return Files.getLastModifiedTime(file).toMillis();
  }

  String name() {
    return String.valueOf(file.getFileName());
  }

  /** Closes the disk. */
  @Override
  public void close() throws IOException {
    disk.close();
  }
}
