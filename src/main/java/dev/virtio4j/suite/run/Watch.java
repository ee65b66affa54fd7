package dev.virtio4j.suite.run;

import dev.virtio4j.machine.Expectations;
import java.util.List;
import java.util.regex.Pattern;

/** Looks out for an expression on the serial line, and keeps the line on which it came. */
final class Watch {
  private final Pattern pattern;
  private final Expectations search;
  private String line;

  /**
   * Looks out from now on.
   *
   * @param pattern the expression
   */
  Watch(Pattern pattern) {
    this.pattern = pattern;
    search = new Expectations(List.of(pattern));
  }

  /**
   * Takes the next byte.
   *
   * @param value the byte
   * @return whether the expression came with it, for the first time
   */
  boolean sees(int value) {
    if (line != null) {
      return false;
    }
    boolean seen = search.met();
    if (seen && value == '\n') {
      line = search.line();
    }
    search.accept(value);
    return !seen && search.met();
  }

  /** What is looked out for. */
  Pattern pattern() {
    return pattern;
  }

  /** The line on which it came, as far as that came; null if it did not. */
  String line() {
    return !search.met() ? null : (line == null ? search.line() : line).strip();
  }
}
