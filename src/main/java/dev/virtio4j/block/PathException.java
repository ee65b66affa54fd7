package dev.virtio4j.block;

import java.io.IOException;

/**
 * The host could not reach the medium, which may be well. Guests with a SCSI host are told which
 * kind of failure it was; others, that there was an error.
 */
public final class PathException extends IOException {
  private static final long serialVersionUID = 1;

  /** What is the matter with the way to the medium. */
  public enum Failure {
    /** It is busy: trying again should work. */
    BUSY,
    /** The connection is severed. */
    TRANSPORT,
    /** The other end fails, and would on any way to it. */
    TARGET,
    /** This way is refused; another might do. */
    NEXUS
  }

  /** What is the matter. */
  private final Failure failure;

  /**
   * Makes one.
   *
   * @param failure what kind
   * @param message one line
   */
  public PathException(Failure failure, String message) {
    super(message);
    this.failure = failure;
  }

  /**
   * What is the matter.
   *
   * @return the kind
   */
  public Failure failure() {
    return failure;
  }
}
