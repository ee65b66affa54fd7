package dev.virtio4j.report;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A folder for each case, named as the case as far as all file systems and archives allow it. */
final class FolderNames {
  private static final int MAX_LENGTH = 100;

  private final Map<String, String> names = new HashMap<>();

  FolderNames(List<String> ids) {
    Set<String> taken = new HashSet<>();
    for (String id : ids) {
      String plain = plain(id);
      String name = plain;
      for (int i = 2; !taken.add(name.toLowerCase(Locale.ROOT)); i++) {
        name = plain + "_" + i;
      }
      names.put(id, name);
    }
  }

  /**
   * The folder of a case.
   *
   * @throws IllegalArgumentException if there is no such case
   */
  String of(String id) {
    String name = names.get(id);
    if (name == null) {
      throw new IllegalArgumentException(id + ": the report knows no such case");
    }
    return name;
  }

  /** A text without what is not safe in the name of a file. */
  static String plain(String text) {
    String plain = text.replaceAll("[^A-Za-z0-9=,.-]+", "_").replaceAll("^[.-]+|[._]+$", "");
    return plain.isEmpty() ? "_" : plain.substring(0, Math.min(plain.length(), MAX_LENGTH));
  }
}
