package dev.virtio4j.jpc;

import org.jpc.support.Clock;

/**
 * Answers a fault: JPC's {@code VirtualClock} saves its time and loads it as an offset, but counts
 * its ticks from 0 in a new PC. Its own timer chip, set to times by the one and checked by the
 * other, then waits for as long as the saved PC had run. So the clock is brought to the time at
 * which the PC was saved. This can go when {@code VirtualClock} loads its ticks.
 */
final class ClockAfterLoad {
  private static final double NANOS_PER_SECOND = 1e9;

  private ClockAfterLoad() {}

  /**
   * Brings a clock up to a time. One that is past it stays.
   *
   * @param clock the clock of a PC that does not run
   * @param nanos emulated nanoseconds
   */
  static void advance(Clock clock, long nanos) {
    for (long missing = nanos - clock.getEmulatedNanos();
        missing > 0;
        missing = nanos - clock.getEmulatedNanos()) {
      double ticks = Math.ceil(missing * (clock.getIPS() / NANOS_PER_SECOND));
      clock.update((int) Math.max(1, ticks)); // a cast saturates
    }
  }
}
