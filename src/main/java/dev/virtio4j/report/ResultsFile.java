package dev.virtio4j.report;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Reads the {@code results.json} of a report folder, one case at a time, so that a long run takes
 * no more memory than a short one.
 */
public final class ResultsFile {
  /** The file's name in its folder. */
  public static final String NAME = "results.json";

  private final Path folder;

  /**
   * Names a report.
   *
   * @param folder the report folder
   */
  public ResultsFile(Path folder) {
    this.folder = folder;
  }

  /** Takes one case after the other. */
  @FunctionalInterface
  interface Visitor {
    /**
     * Takes the next case.
     *
     * @param result the case
     * @throws IOException if something can't be read or written because of it
     */
    void visit(CaseResult result) throws IOException;
  }

  /**
   * Reads all of it.
   *
   * @return the run, with its cases
   * @throws IOException with a message of one line if it can't be read or is no such file
   */
  public SuiteResult read() throws IOException {
    List<CaseResult> cases = new ArrayList<>();
    SuiteResult head = visit(cases::add);
    return new SuiteResult(head.info(), head.wall(), cases);
  }

  /**
   * Reads how long each case took, of those that came to an end by themselves.
   *
   * @return wall-clock times by id
   * @throws IOException with a message of one line if it can't be read or is no such file
   */
  public Map<String, Duration> durations() throws IOException {
    Map<String, Duration> durations = new LinkedHashMap<>();
    visit(
        result -> {
          if (result.outcome() == Outcome.PASSED || result.outcome() == Outcome.FAILED) {
            durations.put(result.id(), result.wall());
          }
        });
    return durations;
  }

  /**
   * Reads all of it, and hands on one case after the other.
   *
   * @param visitor takes them
   * @return the run, without its cases
   * @throws IOException with a message of one line if it can't be read or is no such file, or from
   *     the visitor
   */
  SuiteResult visit(Visitor visitor) throws IOException {
    JsonObject head = new JsonObject();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(folder.resolve(NAME)))) {
      JsonReader json = JsonReader.from(in);
      json.object();
      while (json.next()) {
        String key = json.key();
        if (key.equals("results")) {
          json.array();
          while (json.next()) {
            visitor.visit(record(value(json), ResultsJson::caseResult));
          }
        } else {
          head.put(key, value(json));
        }
      }
    } catch (NoSuchFileException e) {
      throw new IOException(folder + ": not a report folder: it has no " + NAME, e);
    } catch (JsonParserException e) {
      throw damaged(e);
    }
    return record(
        head,
        all ->
            new SuiteResult(ResultsJson.info(all), ResultsJson.nanos(all, "wall_ns"), List.of()));
  }

  private <T> T record(Object json, Function<JsonObject, T> reader) throws IOException {
    try {
      return reader.apply((JsonObject) json);
    } catch (RuntimeException e) { // something is missing, or not what it should be
      throw damaged(e);
    }
  }

  private IOException damaged(Exception cause) {
    return new IOException(
        folder.resolve(NAME) + ": not the results of a suite, or damaged", cause);
  }

  /** The value that the reader is at, whatever it is. */
  private static Object value(JsonReader json) throws JsonParserException {
    return switch (json.current()) {
      case OBJECT -> {
        JsonObject object = new JsonObject();
        json.object();
        while (json.next()) {
          object.put(json.key(), value(json));
        }
        yield object;
      }
      case ARRAY -> {
        JsonArray array = new JsonArray();
        json.array();
        while (json.next()) {
          array.add(value(json));
        }
        yield array;
      }
      case STRING, NUMBER, BOOLEAN, NULL -> json.value();
    };
  }
}
