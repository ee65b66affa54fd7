package dev.virtio4j.report;

/**
 * How many cases ended how.
 *
 * @param passed of them
 * @param failed of them
 * @param errors of them
 * @param skipped of them
 */
public record Totals(int passed, int failed, int errors, int skipped) {
  /** No case yet. */
  public static final Totals NONE = new Totals(0, 0, 0, 0);

  /**
   * One case more.
   *
   * @param outcome how it ended
   * @return the new totals
   */
  public Totals plus(Outcome outcome) {
    return switch (outcome) {
      case PASSED -> new Totals(passed + 1, failed, errors, skipped);
      case FAILED -> new Totals(passed, failed + 1, errors, skipped);
      case ERROR -> new Totals(passed, failed, errors + 1, skipped);
      case SKIPPED -> new Totals(passed, failed, errors, skipped + 1);
    };
  }

  /**
   * All together.
   *
   * @return the sum
   */
  public int all() {
    return passed + failed + errors + skipped;
  }

  /**
   * Whether the run has failed.
   *
   * @return true if a case failed, or could not be run to its end
   */
  public boolean isFailure() {
    return failed + errors > 0;
  }

  /**
   * For people.
   *
   * @return such as {@code 3 passed, 1 failed}
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(passed + " passed, " + failed + " failed");
    if (errors > 0) {
      text.append(", ").append(errors).append(errors == 1 ? " error" : " errors");
    }
    if (skipped > 0) {
      text.append(", ").append(skipped).append(" skipped");
    }
    return text.toString();
  }
}
