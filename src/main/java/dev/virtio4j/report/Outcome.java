package dev.virtio4j.report;

/** How a case or a step of it ended. */
public enum Outcome {
  /** All was as expected. */
  PASSED,
  /** The guest or an image was not as expected. */
  FAILED,
  /** It could not be run to its end, and says nothing about the guest. */
  ERROR,
  /** It was not run. */
  SKIPPED;

  /**
   * Whether a run with this in it has failed.
   *
   * @return true of {@link #FAILED} and {@link #ERROR}
   */
  public boolean isFailure() {
    return this == FAILED || this == ERROR;
  }
}
