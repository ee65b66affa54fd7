package org.jpc.j2se;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jpc.emulator.AbstractHardwareComponent;
import org.jpc.emulator.Timer;
import org.jpc.emulator.TimerResponsive;
import org.jpc.support.Clock;

/** Keeps its time when it is reset, and starts at 0 in a new PC, also after a load. */
public class VirtualClock extends AbstractHardwareComponent implements Clock {
  private static final int NANOS_PER_TICK = 40;

  private final List<Timer> set = new ArrayList<>();
  private long ticks;

  public VirtualClock() {}

  @Override
  public void update(int instructions) {
    ticks += instructions;
  }

  /** At most one timer expires, as in JPC. */
  @Override
  public void updateAndProcess(int instructions) {
    update(instructions);
    set.stream()
        .min(Comparator.comparingLong(Timer::getExpiry))
        .ifPresent(timer -> timer.check(getEmulatedNanos()));
  }

  /** What JPC does at HLT: the next timer expires. */
  @Override
  public void updateNowAndProcess(boolean sleep) {
    Timer next = set.stream().min(Comparator.comparingLong(Timer::getExpiry)).orElseThrow();
    long ticksToGo = (next.getExpiry() - getEmulatedNanos() + NANOS_PER_TICK - 1) / NANOS_PER_TICK;
    updateAndProcess((int) Math.max(0, ticksToGo));
  }

  @Override
  public long getEmulatedNanos() {
    return ticks * NANOS_PER_TICK;
  }

  @Override
  public long getIPS() {
    return 1_000_000_000 / NANOS_PER_TICK;
  }

  @Override
  public Timer newTimer(TimerResponsive object) {
    return new Timer(object, this);
  }

  public void update(Timer timer) {
    set.remove(timer);
    if (timer.enabled()) {
      set.add(timer);
    }
  }
}
