package dev.virtio4j.drive;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * By what one sees that a file is not the one that it was.
 *
 * @param size its size in bytes
 * @param modified when it was last written, in nanoseconds since 1970
 */
record FileStamp(long size, long modified) {

  /**
   * That of a file.
   *
   * @param file the file
   * @throws IOException if it can't be told
   */
  static FileStamp of(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return new FileStamp(attributes.size(), attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
  }

  void save(StateWriter out) throws IOException {
    out.i64(size);
    out.i64(modified);
  }

  static FileStamp load(StateReader in) throws IOException {
    return new FileStamp(in.i64(), in.i64());
  }

  @Override
  public String toString() {
    Instant time = Instant.ofEpochSecond(0, modified);
    return size + " bytes, last written " + time;
  }
}
