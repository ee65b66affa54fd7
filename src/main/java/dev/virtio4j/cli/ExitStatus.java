package dev.virtio4j.cli;

/** The exit statuses of the program. */
final class ExitStatus {
  /** All went as asked. */
  static final int OK = 0;

  /** The guest ended before it did what was expected of it, or the demo's check failed. */
  static final int FAILED = 1;

  /** The command line or a file it names is not usable. */
  static final int BAD_INPUT = 2;

  /** The time of {@code --timeout} was over. */
  static final int TIMEOUT = 3;

  /** The guest crashed. */
  static final int GUEST_CRASH = 4;

  /** The program itself is wrong; {@code EX_SOFTWARE} of sysexits. */
  static final int OUR_FAULT = 70;

  private ExitStatus() {}
}
