package dev.virtio4j.pc;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.host.TimerQueue;
import java.io.IOException;
import java.util.function.LongSupplier;

/**
 * Emulated time: one nanosecond for each retired instruction, and the time that was skipped while
 * the CPU was halted.
 */
final class VirtualClock implements EventClock, Stateful {
  private final LongSupplier retired;
  private final TimerQueue timers;
  private final Runnable wake;
  private long skipped;

  /**
   * Makes a clock at time 0.
   *
   * @param retired how many instructions have retired, up to the one that asks
   * @param sooner called after a timer was set that is due before all others
   * @param wake called from any thread after work was posted; makes the CPU look soon
   */
  VirtualClock(LongSupplier retired, Runnable sooner, Runnable wake) {
    this.retired = retired;
    timers = new TimerQueue(sooner);
    this.wake = wake;
  }

  @Override
  public long now() {
    return retired.getAsLong() + skipped;
  }

  /**
   * When the next timer is due.
   *
   * @return its time in emulated nanoseconds, or {@link Long#MAX_VALUE} if none is set
   */
  long deadline() {
    return timers.deadline();
  }

  /**
   * Lets time pass without instructions.
   *
   * @param nanos how much, 0 or more
   */
  void skip(long nanos) {
    skipped += nanos;
  }

  /** Runs the timers that are due, in the order of their times, then posted work. */
  void runDue() {
    timers.runDue(this::now);
  }

  @Override
  public Timer timer(Runnable action) {
    return timers.timer(action);
  }

  @Override
  public void post(Runnable work) {
    timers.post(work);
    wake.run();
  }

  /** The timers are saved by those who made them; the work that was posted is not. */
  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("clock", 1);
    out.i64(skipped);
    timers.save(out);
    out.end();
  }

  /** Before the timers. */
  @Override
  public void load(StateReader in) throws IOException {
    in.begin("clock", 1);
    skipped = in.i64(0, Long.MAX_VALUE / 4, "the time skipped");
    timers.load(in);
    in.end();
  }
}
