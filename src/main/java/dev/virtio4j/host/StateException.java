package dev.virtio4j.host;

import java.io.IOException;

/** A saved state that can't be loaded; the message is one line that says why. */
public final class StateException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Says why.
   *
   * @param message one line
   */
  public StateException(String message) {
    super(message);
  }
}
