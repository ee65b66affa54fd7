package dev.virtio4j.suite;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A suite and all that it includes, put together as if they were one file: of what is given twice,
 * the including file's holds, except that no two cases have one name.
 */
final class Sources {
  private static final String NAME = "[\\w.-]+";

  private final Value top;
  private final Map<SuiteKey, Value> defaults = new LinkedHashMap<>();
  private final Map<String, Value> variables = new LinkedHashMap<>();
  private final Map<String, List<Value>> matrix = new LinkedHashMap<>();
  private final Map<String, Value> cases = new LinkedHashMap<>();

  /** What was read so far, since a file that is included by two others is read once. */
  private final Set<Path> done = new HashSet<>();

  /**
   * Reads them.
   *
   * @param file the suite
   * @throws IOException if a file can't be read
   */
  Sources(Path file) throws IOException {
    top = YamlFile.read(file);
    add(top, new ArrayList<>());
  }

  private void add(Value suite, List<Path> including) throws IOException {
    Path file = suite.place().file();
    Path identity = file.toRealPath();
    including.add(identity);
    Map<SuiteKey, Value> given = suite.map(Section.SUITE);
    if (given.containsKey(SuiteKey.DEFAULTS)) {
      given.get(SuiteKey.DEFAULTS).map(Section.DEFAULTS).forEach(defaults::putIfAbsent);
    }
    if (given.containsKey(SuiteKey.VARIABLES)) {
      addVariables(given.get(SuiteKey.VARIABLES));
    }
    if (given.containsKey(SuiteKey.MATRIX)) {
      axes(given.get(SuiteKey.MATRIX)).forEach(matrix::putIfAbsent);
    }
    if (given.containsKey(SuiteKey.CASES)) {
      addCases(given.get(SuiteKey.CASES));
    }
    if (given.containsKey(SuiteKey.INCLUDE)) {
      for (Value include : given.get(SuiteKey.INCLUDE).list()) {
        include(include, including);
      }
    }
    including.remove(identity);
    done.add(identity);
  }

  private void include(Value include, List<Path> including) throws IOException {
    Path file = include.place().file().resolveSibling(include.text()).normalize();
    new InputFile(include.place(), file).check();
    Path identity = file.toRealPath();
    if (including.contains(identity)) {
      throw include.wrong(
          including.get(including.size() - 1).equals(identity)
              ? file + " includes itself"
              : file + " includes itself, by way of the files between");
    }
    if (!done.contains(identity)) {
      add(YamlFile.read(file), including);
    }
  }

  private void addVariables(Value given) {
    given
        .map()
        .forEach(
            (name, value) -> {
              checkVariable(name, value);
              variables.putIfAbsent(name, value);
            });
  }

  private static void checkVariable(String name, Value value) {
    if (!name.matches(NAME)) {
      throw value.wrong("a name is of letters, digits, '.', '_' and '-'");
    }
    if (name.equals(Scope.DIR)) {
      throw value.wrong("${dir} is the folder of the file; take another name");
    }
  }

  private void addCases(Value given) {
    given
        .map()
        .forEach(
            (name, value) -> {
              if (!name.matches(NAME)) {
                throw value.wrong("the name of a case is of letters, digits, '.', '_' and '-'");
              }
              Value other = cases.putIfAbsent(name, value);
              if (other != null) {
                throw value.wrong("there is such a case already, at " + other.place());
              }
            });
  }

  /** Reads a matrix. */
  static Map<String, List<Value>> axes(Value matrix) {
    Map<String, List<Value>> axes = new LinkedHashMap<>();
    matrix
        .map()
        .forEach(
            (name, value) -> {
              checkVariable(name, value);
              if (value.list().isEmpty()) {
                throw value.wrong("is empty; give it values or leave it out");
              }
              axes.put(name, value.list());
            });
    return axes;
  }

  /** The suite itself. */
  Value top() {
    return top;
  }

  /** What holds for cases that say nothing else. */
  Map<SuiteKey, Value> defaults() {
    return defaults;
  }

  /** The variables. */
  Map<String, Value> variables() {
    return variables;
  }

  /** The axes of all cases. */
  Map<String, List<Value>> matrix() {
    return matrix;
  }

  /** The cases by their names, at least one. */
  Map<String, Value> cases() {
    if (cases.isEmpty()) {
      throw top.wrong("has no cases; give it cases");
    }
    return cases;
  }
}
