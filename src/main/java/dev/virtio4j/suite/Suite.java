package dev.virtio4j.suite;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A regression suite.
 *
 * @param file the file that it was read from
 * @param name its name; of a file without one, the file's
 * @param cases the cases in the order of the file, at least one; those of a matrix one after the
 *     other
 */
public record Suite(Path file, String name, List<Case> cases) {

  /**
   * Keeps a copy of the cases.
   *
   * @param file the file that it was read from
   * @param name its name
   * @param cases the cases
   */
  public Suite {
    cases = List.copyOf(cases);
  }

  /**
   * Finds a case.
   *
   * @param id the whole id
   * @return the case
   * @throws IllegalArgumentException if there is none
   */
  public Case find(String id) {
    return cases.stream()
        .filter(each -> each.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(file + ": no case has the id " + id));
  }

  /**
   * The cases that patterns mean.
   *
   * @param globs as for {@link Case#matches}; none for all
   * @return the cases that match one or more, in the order of the suite
   * @throws IllegalArgumentException if a pattern matches none; the message is one line
   */
  public List<Case> select(List<String> globs) {
    for (String glob : globs) {
      if (cases.stream().noneMatch(each -> each.matches(glob))) {
        throw new IllegalArgumentException(
            "--only %s: no such case in %s; there are %s".formatted(glob, file, names()));
      }
    }
    return globs.isEmpty()
        ? cases
        : cases.stream().filter(each -> globs.stream().anyMatch(each::matches)).toList();
  }

  private String names() {
    return cases.stream().map(Case::name).distinct().collect(Collectors.joining(", "));
  }
}
