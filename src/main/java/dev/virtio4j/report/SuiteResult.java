package dev.virtio4j.report;

import java.time.Duration;
import java.util.List;

/**
 * What became of a run.
 *
 * @param info what it set out to do
 * @param wall how long it took until the last case that is here
 * @param cases those that ended, in that order; fewer than planned if the run was killed
 */
public record SuiteResult(SuiteInfo info, Duration wall, List<CaseResult> cases) {
  /**
   * Keeps a copy of the list.
   *
   * @param info what it set out to do
   * @param wall how long it took until the last case that is here
   * @param cases those that ended, in that order; fewer than planned if the run was killed
   */
  public SuiteResult {
    cases = List.copyOf(cases);
  }
}
