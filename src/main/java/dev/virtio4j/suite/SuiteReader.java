package dev.virtio4j.suite;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Reads suites. */
public final class SuiteReader {
  private final Map<String, String> set;
  private final String host;

  /**
   * Makes a reader.
   *
   * @param set values of variables, in place of those in the suite; of an axis of the matrix, its
   *     only value. Relative paths are relative to the suite, as in the suite itself
   * @param host the emulator of cases that do not say themselves, nor by their matrix; null to
   *     leave it to the suite
   */
  public SuiteReader(Map<String, String> set, String host) {
    this.set = Map.copyOf(set);
    this.host = host;
  }

  /**
   * Reads a suite and all that it includes.
   *
   * @param file the suite
   * @return the suite, with everything resolved. That the files which its cases need are there is
   *     not yet sure: {@link Case#checkFiles()}
   * @throws IOException if a file can't be read; the message is one line
   * @throws IllegalArgumentException if something is wrong in one; the message is one line with the
   *     {@link Place}
   */
  public Suite read(Path file) throws IOException {
    Sources sources = new Sources(file);
    Scope scope = new Scope(variables(sources));
    List<Draft> drafts = new ArrayList<>();
    sources
        .cases()
        .forEach((name, body) -> drafts.addAll(Draft.of(name, body, sources.matrix(), set, scope)));
    checkSet(sources, drafts);
    CaseReader reader = new CaseReader(drafts, sources.defaults(), host);
    return new Suite(file, name(sources, scope, file), drafts.stream().map(reader::read).toList());
  }

  private Map<String, Value> variables(Sources sources) {
    Map<String, Value> variables = new LinkedHashMap<>(sources.variables());
    variables.replaceAll(
        (name, value) -> set.containsKey(name) ? value.replacedBy(set.get(name)) : value);
    return variables;
  }

  private void checkSet(Sources sources, List<Draft> drafts) {
    TreeSet<String> known = new TreeSet<>(sources.variables().keySet());
    drafts.forEach(draft -> known.addAll(draft.axes().keySet()));
    for (String name : set.keySet()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "--set %s: %s has no such variable; it has %s"
                .formatted(
                    name,
                    sources.top().place().file(),
                    known.isEmpty() ? "none" : String.join(", ", known)));
      }
    }
  }

  private static String name(Sources sources, Scope scope, Path file) {
    Value name = sources.top().map(Section.SUITE).get(SuiteKey.NAME);
    return name == null
        ? file.getFileName().toString().replaceFirst("\\.ya?ml$", "")
        : scope.text(name);
  }
}
