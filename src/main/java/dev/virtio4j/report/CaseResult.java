package dev.virtio4j.report;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of a case. Its serial log is in a file of its own, as it may be long: see {@link
 * ReportFolder}.
 *
 * @param id the case's id
 * @param axes the value of each axis of the matrix, in the order of the suite; empty without one
 * @param outcome how it ended
 * @param message why it did not pass, in one line; null if it did
 * @param started when it began
 * @param wall how long it took
 * @param instructions that the guest retired
 * @param emulated how long it took the guest
 * @param exitReason why the guest ended; null if it was never started
 * @param from {@code CASE@CHECKPOINT} that it began with; null if it booted
 * @param reused whether that checkpoint was there already
 * @param tail the last lines of the serial log; empty if there are none
 * @param steps the steps, without those that were not reached
 * @param checks the checks that were made
 * @param activity what the drives did, in the order of time
 */
public record CaseResult(
    String id,
    Map<String, String> axes,
    Outcome outcome,
    String message,
    Instant started,
    Duration wall,
    long instructions,
    Duration emulated,
    String exitReason,
    String from,
    boolean reused,
    String tail,
    List<StepResult> steps,
    List<CheckResult> checks,
    List<Sample> activity) {
  /**
   * Keeps copies of the lists.
   *
   * @param id the case's id
   * @param axes the value of each axis of the matrix, in the order of the suite; empty without one
   * @param outcome how it ended
   * @param message why it did not pass, in one line; null if it did
   * @param started when it began
   * @param wall how long it took
   * @param instructions that the guest retired
   * @param emulated how long it took the guest
   * @param exitReason why the guest ended; null if it was never started
   * @param from {@code CASE@CHECKPOINT} that it began with; null if it booted
   * @param reused whether that checkpoint was there already
   * @param tail the last lines of the serial log; empty if there are none
   * @param steps the steps, without those that were not reached
   * @param checks the checks that were made
   * @param activity what the drives did, in the order of time
   */
  public CaseResult {
    axes = Collections.unmodifiableMap(new LinkedHashMap<>(axes));
    steps = List.copyOf(steps);
    checks = List.copyOf(checks);
    activity = List.copyOf(activity);
  }

  /**
   * The result of a case whose guest was never started.
   *
   * @param id the case's id
   * @param axes the value of each axis
   * @param outcome {@link Outcome#ERROR} or {@link Outcome#SKIPPED}
   * @param message why, in one line
   * @param started when that was found
   * @return the result
   */
  public static CaseResult notRun(
      String id, Map<String, String> axes, Outcome outcome, String message, Instant started) {
    return new CaseResult(
        id,
        axes,
        outcome,
        message,
        started,
        Duration.ZERO,
        0,
        Duration.ZERO,
        null,
        null,
        false,
        "",
        List.of(),
        List.of(),
        List.of());
  }
}
