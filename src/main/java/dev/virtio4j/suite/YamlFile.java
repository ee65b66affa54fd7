package dev.virtio4j.suite;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Reads a file of YAML as far as its grammar goes; no tag makes an object of anything. */
final class YamlFile {
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_ALIASES = 100;

  private YamlFile() {}

  /**
   * Reads a file.
   *
   * @param file the file
   * @return what is in it
   * @throws IOException if it can't be read
   * @throws IllegalArgumentException if it is no YAML, or too large
   */
  static Value read(Path file) throws IOException {
    Place top = new Place(file, 1, "");
    LoadSettings settings =
        LoadSettings.builder()
            .setSchema(new CoreSchema())
            .setMaxAliasesForCollections(MAX_ALIASES)
            .build();
    try {
      return new Compose(settings)
          .composeString(text(file))
          .map(node -> Value.of(file, "", node))
          .orElseThrow(() -> top.wrong("is empty; give it cases"));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      throw new IllegalArgumentException(
          new Place(file, line, "") + ": no YAML: " + oneLine(e.getProblem()), e);
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException(top + ": no YAML: " + oneLine(e.getMessage()), e);
    } catch (StackOverflowError e) { // the library has no limit of its own
      throw new IllegalArgumentException(top + ": nested too deep", e);
    }
  }

  private static String text(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": no such file; name a suite");
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(file + ": larger than 1 MiB; name a suite");
    }
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new IOException(file + ": not written in UTF-8; name a suite", e);
    }
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", "; ");
  }
}
