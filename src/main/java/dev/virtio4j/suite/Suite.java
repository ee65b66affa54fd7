package dev.virtio4j.suite;

import java.nio.file.Path;
import java.util.List;

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
}
