package dev.virtio4j.jpc;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.IOException;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
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
  private final PriorityQueue<Entry> set = new PriorityQueue<>();
  private final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();

  /** What our time is ahead of JPC's: not 0 once a state was loaded that is older than the PC. */
  private long ahead;

  private long look;
  private long order;

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
    Entry first = set.peek();
    long next = first == null ? look : Math.min(first.time, look);
    alarm.setExpiry(Math.max(next, now()) - ahead);
  }

  @Override
  public Timer timer(Runnable action) {
    return new Entry(action);
  }

  @Override
  public void post(Runnable work) {
    posted.add(work);
  }

  /** JPC's timer has expired. */
  @Override
  public void callback() {
    for (Entry first = set.peek(); first != null && first.time <= now(); first = set.peek()) {
      set.remove();
      first.action.run();
    }
    for (Runnable work = posted.poll(); work != null; work = posted.poll()) {
      work.run();
    }
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
    out.i64(order);
    out.end();
  }

  /** Before the timers. */
  @Override
  public void load(StateReader in) throws IOException {
    in.begin("clock", 1);
    long time = in.i64(0, Long.MAX_VALUE / 4, "the time");
    order = in.i64(0, Long.MAX_VALUE / 4, "the timers set so far");
    in.end();
    ClockAfterLoad.advance(clock, time);
    ahead = time - clock.getEmulatedNanos();
    lookLater();
  }

  /** A timer; those of the same time run in the order in which they were set. */
  private final class Entry implements Timer, Comparable<Entry> {
    private final Runnable action;
    private long time;
    private long place;

    Entry(Runnable action) {
      this.action = action;
    }

    @Override
    public void at(long nanos) {
      set.remove(this);
      time = nanos;
      place = order++;
      set.add(this);
      arm();
    }

    @Override
    public void cancel() {
      set.remove(this);
    }

    @Override
    public void save(StateWriter out) throws IOException {
      boolean waits = set.contains(this);
      out.begin("timer", 1);
      out.flag(waits);
      out.i64(waits ? time : 0);
      out.i64(waits ? place : 0);
      out.end();
    }

    @Override
    public void load(StateReader in) throws IOException {
      cancel();
      in.begin("timer", 1);
      boolean waits = in.flag();
      time = in.i64();
      place = in.i64(0, order, "its place in the order");
      in.end();
      if (waits) {
        set.add(this);
        arm();
      }
    }

    @Override
    public int compareTo(Entry other) {
      int byTime = Long.compare(time, other.time);
      return byTime != 0 ? byTime : Long.compare(place, other.place);
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }
}
