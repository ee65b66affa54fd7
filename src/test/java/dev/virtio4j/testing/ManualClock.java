package dev.virtio4j.testing;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.host.TimerQueue;
import java.io.IOException;

/** Emulated time that a test moves. */
public final class ManualClock implements EventClock, Stateful {
  private final TimerQueue timers = new TimerQueue(() -> {});
  private long now;

  @Override
  public long now() {
    return now;
  }

  /**
   * Lets time pass: each timer that comes due runs at its own time, then what was posted runs.
   *
   * @param nanos how much
   */
  public void advance(long nanos) {
    long end = now + nanos;
    while (deadline() <= end) {
      now = Math.max(now, deadline());
      timers.runDue(this::now);
    }
    now = end;
    timers.runDue(this::now);
  }

  /**
   * When the next timer is due.
   *
   * @return its time, or {@link Long#MAX_VALUE} if none is set
   */
  public long deadline() {
    return timers.deadline();
  }

  @Override
  public Timer timer(Runnable action) {
    return timers.timer(action);
  }

  @Override
  public void post(Runnable work) {
    timers.post(work);
  }

  /** The timers are saved by those who made them. */
  @Override
  public void save(StateWriter out) throws IOException {
    out.i64(now);
    timers.save(out);
  }

  @Override
  public void load(StateReader in) throws IOException {
    now = in.i64();
    timers.load(in);
  }
}
