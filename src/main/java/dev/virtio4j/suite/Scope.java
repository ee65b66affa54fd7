package dev.virtio4j.suite;

import dev.virtio4j.drive.Durations;
import dev.virtio4j.drive.Sizes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What values mean in a case: with its variables put in, and as what they stand for. */
final class Scope {
  /** The variable that everybody has: the folder of the file in which it is written. */
  static final String DIR = "dir";

  private static final Pattern REFERENCE = Pattern.compile("\\$(\\$?)\\{([^}]*)}");

  /** Longer than any case needs, and short enough for variables that double each other. */
  private static final int MAX_LENGTH = 64 * 1024;

  private final Map<String, Value> variables;
  private final List<InputFile> files = new ArrayList<>();

  /**
   * Of a case.
   *
   * @param variables what it has as variables
   */
  Scope(Map<String, Value> variables) {
    this.variables = variables;
  }

  /** The same with more variables, which go first. */
  Scope with(Map<String, Value> axes) {
    Map<String, Value> all = new LinkedHashMap<>(variables);
    all.putAll(axes);
    return new Scope(all);
  }

  /** The files that {@link #file} was asked for. */
  List<InputFile> files() {
    return files;
  }

  /** A text. */
  String text(Value value) {
    return expand(value.text(), value, new HashSet<>());
  }

  private String expand(String text, Value value, Set<String> open) {
    StringBuilder expanded = new StringBuilder();
    Matcher matcher = REFERENCE.matcher(text);
    while (matcher.find()) {
      boolean escaped = !matcher.group(1).isEmpty();
      String there =
          escaped ? "${" + matcher.group(2) + "}" : variable(matcher.group(2), value, open);
      matcher.appendReplacement(expanded, Matcher.quoteReplacement(there));
      if (expanded.length() > MAX_LENGTH) {
        throw value.wrong("is longer than " + MAX_LENGTH + " characters with its variables");
      }
    }
    return matcher.appendTail(expanded).toString();
  }

  private String variable(String name, Value value, Set<String> open) {
    if (name.equals(DIR)) {
      return folder(value).toAbsolutePath().toString();
    }
    Value variable = variables.get(name);
    if (variable == null) {
      throw value.wrong("unknown variable '" + name + "'; " + names());
    }
    if (variable.isNothing()) {
      throw value.wrong("variable '" + name + "' has no value; give it one with --set");
    }
    if (!open.add(name)) {
      throw variable.wrong("${" + name + "} stands for itself");
    }
    String expanded = expand(variable.text(), variable, open);
    open.remove(name);
    return expanded;
  }

  private String names() {
    Set<String> names = new TreeSet<>(variables.keySet());
    names.add(DIR);
    return "there " + (names.size() == 1 ? "is " : "are ") + String.join(", ", names);
  }

  private static Path folder(Value value) {
    return value.place().file().resolveSibling("");
  }

  /** A file, relative to the one in which it is named. */
  Path path(Value value) {
    return path(value, text(value));
  }

  /** A file that the case needs. */
  Path file(Value value) {
    return file(value, text(value));
  }

  /** The same, where its name is only a part of the value. */
  Path file(Value value, String name) {
    Path path = path(value, name);
    files.add(new InputFile(value.place(), path));
    return path;
  }

  private static Path path(Value value, String name) {
    try {
      return folder(value).resolve(name).normalize();
    } catch (IllegalArgumentException e) {
      throw value.wrong(e);
    }
  }

  /** A time, longer than nothing. */
  Duration duration(Value value) {
    return read(value, Durations::parse);
  }

  /** A size in bytes. */
  long size(Value value) {
    return read(value, Sizes::parse);
  }

  /** A regular expression. */
  Pattern pattern(Value value) {
    return read(value, Scope::compile);
  }

  private static Pattern compile(String text) {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is no regular expression: " + e.getDescription(), e);
    }
  }

  /** A word of a choice. */
  String word(Value value, List<String> words) {
    String text = text(value);
    if (!words.contains(text)) {
      throw value.wrong("'" + text + "' is none of " + String.join(", ", words));
    }
    return text;
  }

  /** Whatever a parser makes of it. */
  <T> T read(Value value, Function<String, T> parser) {
    String text = text(value);
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw value.wrong(e);
    }
  }
}
