package org.jpc.j2se;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Of JPC's options some. */
public abstract class Option {
  private static final Map<String, String> VALUES = new HashMap<>();
  private static final List<String> WITH_VALUE = List.of("bios", "hda", "boot", "cpulevel");
  private static final List<String> SWITCHES = List.of("deterministic", "ethernet");

  public static String[] parse(String[] source) {
    List<String> rest = new ArrayList<>();
    for (int i = 0; i < source.length; i++) {
      String name = source[i].replaceFirst("^-", "");
      if (WITH_VALUE.contains(name)) {
        VALUES.put(name, source[++i]);
      } else if (SWITCHES.contains(name)) {
        VALUES.put(name, "");
      } else {
        rest.add(source[i]);
      }
    }
    return rest.size() == source.length ? source : rest.toArray(String[]::new);
  }

  public static String value(String name) {
    return VALUES.get(name);
  }
}
