package dev.virtio4j.machine;

/** The exit statuses of the program. */
public final class ExitStatus {
  /** All went as asked. */
  public static final int OK = 0;

  /** The guest ended before it did what was expected of it, or the demo's check failed. */
  public static final int FAILED = 1;

  /** The command line or a file it names is not usable. */
  public static final int BAD_INPUT = 2;

  /** The time of {@code --timeout} was over. */
  public static final int TIMEOUT = 3;

  /** The guest crashed. */
  public static final int GUEST_CRASH = 4;

  /** The program itself is wrong; {@code EX_SOFTWARE} of sysexits. */
  public static final int OUR_FAULT = 70;

  private ExitStatus() {}
}
