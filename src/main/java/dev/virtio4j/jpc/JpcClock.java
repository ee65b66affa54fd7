package dev.virtio4j.jpc;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.host.TimerQueue;
import java.io.IOException;
import org.jpc.emulator.TimerResponsive;
import org.jpc.support.Clock;

/**
 * JPC's emulated time. All our timers share one of JPC's, since those of JPC that expire at the
 * same time run in no order.
 *
 * <p>The same timer of JPC expires at least every 10 ms, to look for work that other threads
 * posted: they may not touch JPC's timers.
 */
final class JpcClock implements EventClock, Stateful, TimerResponsive {
  /** How long posted work waits at most, in emulated nanoseconds. */
  private static final long LOOK = 10_000_000;

  /** Free in JPC, which numbers the kinds of its own timers from 0. */
  private static final int TYPE = 0x1AF4;

  private final Clock clock;
  private final org.jpc.emulator.Timer alarm;
  private final TimerQueue timers = new TimerQueue(this::arm);

  /** What our time is ahead of JPC's: not 0 once a state was loaded that is older than the PC. */
  private long ahead;

  private long look;

  JpcClock(Clock clock) {
    this.clock = clock;
    alarm = clock.newTimer(this);
    lookLater();
  }

  @Override
  public long now() {
    return clock.getEmulatedNanos() + ahead;
  }

  private void lookLater() {
    look = now() + LOOK;
    arm();
  }

  /** Never to a time that is past: JPC would put its clock back to it at a HLT. */
  private void arm() {
    long next = Math.min(timers.deadline(), look);
    alarm.setExpiry(Math.max(next, now()) - ahead);
  }

  @Override
  public Timer timer(Runnable action) {
    return timers.timer(action);
  }

  @Override
  public void post(Runnable work) {
    timers.post(work);
  }

  /** JPC's timer has expired. */
  @Override
  public void callback() {
    timers.runDue(this::now);
    lookLater();
  }

  @Override
  public int getType() {
    return TYPE;
  }

  /** The timers are saved by those who made them; the work that was posted is not. */
  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("clock", 1);
    out.i64(now());
    timers.save(out);
    out.end();
  }

  /** Before the timers. */
  @Override
  public void load(StateReader in) throws IOException {
    in.begin("clock", 1);
    long time = in.i64(0, Long.MAX_VALUE / 4, "the time");
    timers.load(in);
    in.end();
    ClockAfterLoad.advance(clock, time);
    ahead = time - clock.getEmulatedNanos();
    lookLater();
  }
}
