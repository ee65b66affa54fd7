package dev.virtio4j.scenario;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The words of a command: some that stand for themselves, and {@code name=value}. */
final class Options {
  private final List<String> plain;
  private final Map<String, String> named = new LinkedHashMap<>();
  private final Variables variables;

  /**
   * Sorts words.
   *
   * @param known what the named ones may be called
   * @throws IllegalArgumentException if one is not among these
   */
  Options(List<String> words, Variables variables, String... known) {
    this.variables = variables;
    plain = words.stream().filter(word -> word.indexOf('=') <= 0).toList();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        String name = word.substring(0, equals);
        if (!Set.of(known).contains(name)) {
          throw new IllegalArgumentException("no option: " + name);
        }
        named.put(name, word.substring(equals + 1));
      }
    }
  }

  /** The words that stand for themselves. */
  List<String> plain() {
    return plain;
  }

  String first() {
    if (plain.isEmpty()) {
      throw new IllegalArgumentException("a word is missing");
    }
    return plain.get(0);
  }

  boolean has(String name) {
    return named.containsKey(name);
  }

  String text(String name) {
    return named.getOrDefault(name, "");
  }

  long number(String name, long otherwise) {
    return has(name) ? variables.evaluate(named.get(name)) : otherwise;
  }
}
