package dev.virtio4j.suite.run;

import dev.virtio4j.report.CaseResult;
import dev.virtio4j.report.Outcome;
import dev.virtio4j.report.SerialLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Tells whether two runs of a case were the same, as they should be. */
final class Repetition {
  private Repetition() {}

  /**
   * What differs.
   *
   * @param first a run
   * @param firstFolder its files
   * @param second another run
   * @param secondFolder its files
   * @return in words; nothing if they were the same
   * @throws IOException if the files can't be read
   */
  static List<String> differences(
      CaseRun.Done first, Path firstFolder, CaseRun.Done second, Path secondFolder)
      throws IOException {
    CaseResult one = first.result();
    CaseResult other = second.result();
    List<String> found = new ArrayList<>();
    if (other.message() != null) {
      found.add(other.message());
    }
    addUnlessEqual(found, "instructions", one.instructions(), other.instructions());
    addUnlessEqual(found, "nanoseconds", one.emulated().toNanos(), other.emulated().toNanos());
    if (Files.exists(secondFolder.resolve(SerialLog.LOG))) {
      long differs =
          Files.mismatch(firstFolder.resolve(SerialLog.LOG), secondFolder.resolve(SerialLog.LOG));
      if (differs >= 0) {
        found.add("what it sent, from byte %d on".formatted(differs));
      }
    }
    first
        .images()
        .forEach(
            (drive, state) -> {
              if (!Objects.equals(state, second.images().get(drive))) {
                found.add("the image of " + drive);
              }
            });
    return found;
  }

  private static void addUnlessEqual(List<String> found, String what, long one, long other) {
    if (one != other) {
      found.add("%d %s, then %d".formatted(one, what, other));
    }
  }

  /** The same result as a failure. */
  static CaseResult failed(CaseResult result, String message) {
    return new CaseResult(
        result.id(),
        result.axes(),
        Outcome.FAILED,
        message,
        result.started(),
        result.wall(),
        result.instructions(),
        result.emulated(),
        result.exitReason(),
        result.from(),
        result.reused(),
        result.tail(),
        result.steps(),
        result.checks(),
        result.activity());
  }
}
