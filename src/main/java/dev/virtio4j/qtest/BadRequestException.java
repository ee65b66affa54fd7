package dev.virtio4j.qtest;

/** A line that is no valid request. It carries no stack trace: a program can send many of them. */
final class BadRequestException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Says what is wrong.
   *
   * @param reason one line
   */
  BadRequestException(String reason) {
    super(reason, null, false, false);
  }
}
