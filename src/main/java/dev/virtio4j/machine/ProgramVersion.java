package dev.virtio4j.machine;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The version of this program. */
public final class ProgramVersion {
  private ProgramVersion() {}

  /**
   * The program and its version, as the build wrote it.
   *
   * @return such as {@code virtio4j 0.1.0}
   * @throws IOException if it can't be read
   */
  public static String text() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = ProgramVersion.class.getResourceAsStream("version.properties")) {
      properties.load(in);
    }
    return "virtio4j " + properties.getProperty("version");
  }
}
