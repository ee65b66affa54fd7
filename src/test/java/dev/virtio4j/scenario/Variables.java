package dev.virtio4j.scenario;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The numbers that a script has names for, and expressions of them: {@code $used+4+8*$n}. All are
 * of 64 bits and wrap.
 */
final class Variables {
  private static final Pattern SUM = Pattern.compile("([+-]?)([^+-]+)");

  private final Map<String, Long> values = new LinkedHashMap<>();

  void set(String name, long value) {
    values.put(name, value);
  }

  /**
   * Evaluates an expression.
   *
   * @param expression decimal and 0x numbers and names behind $, with + - * between; no spaces
   * @return the value
   * @throws IllegalArgumentException if it is no expression
   */
  long evaluate(String expression) {
    long sum = 0;
    int end = 0;
    Matcher matcher = SUM.matcher(expression);
    while (matcher.find() && matcher.start() == end) {
      end = matcher.end();
      long product = 1;
      for (String factor : matcher.group(2).split("\\*", -1)) {
        product *= factor(factor);
      }
      sum += matcher.group(1).equals("-") ? -product : product;
    }
    if (end == 0 || end != expression.length()) {
      throw new IllegalArgumentException("no number: " + expression);
    }
    return sum;
  }

  private long factor(String factor) {
    if (!factor.startsWith("$")) {
      return factor.startsWith("0x")
          ? Long.parseUnsignedLong(factor.substring(2), 16)
          : Long.parseUnsignedLong(factor);
    }
    Long value = values.get(factor.substring(1));
    if (value == null) {
      throw new IllegalArgumentException("no variable: " + factor);
    }
    return value;
  }
}
