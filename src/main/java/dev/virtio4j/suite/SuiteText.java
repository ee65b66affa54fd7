package dev.virtio4j.suite;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Texts for people who write suites. */
public final class SuiteText {
  private SuiteText() {}

  /** {@return the JSON schema of suites, for editors} */
  public static String schema() {
    return resource("suite.schema.json");
  }

  /**
   * A suite to start from, with comments.
   *
   * @param image the image that it is about, as seen from the folder of the suite
   * @return the suite in YAML
   */
  public static String starter(Path image) {
    String name = image.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return resource("starter.yaml")
        .replace("@name@", quoted(dot > 0 ? name.substring(0, dot) : name))
        .replace("@image@", quoted(image.toString()))
        .replace("@format@", name.endsWith(".qcow2") ? "qcow2" : "raw");
  }

  /** A text in single quotes of YAML, in which nothing stands for a variable. */
  private static String quoted(String text) {
    return "'" + text.replace("'", "''").replace("${", "$${") + "'";
  }

  private static String resource(String name) {
    try (InputStream in = SuiteText.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
