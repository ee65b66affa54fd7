package dev.virtio4j.host;

import java.io.IOException;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;

/**
 * What a host's {@link EventClock} is made of, beside the time: its timers, in the order in which
 * they are to run, and posted work.
 */
public final class TimerQueue implements Stateful {
  private final PriorityQueue<Entry> set = new PriorityQueue<>();
  private final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();
  private final Runnable sooner;

  /** How many times a timer was set. */
  private long order;

  /**
   * Makes a queue without timers.
   *
   * @param sooner called after a timer was set that is due before all others
   */
  public TimerQueue(Runnable sooner) {
    this.sooner = sooner;
  }

  /**
   * Makes a timer; see {@link EventClock#timer}.
   *
   * @param action what to do at its time
   * @return the timer, not yet set
   */
  public EventClock.Timer timer(Runnable action) {
    return new Entry(action);
  }

  /**
   * Keeps some work; any thread may call this.
   *
   * @param work what {@link #runDue} is to do
   */
  public void post(Runnable work) {
    posted.add(work);
  }

  /**
   * When the next timer is due.
   *
   * @return its time in emulated nanoseconds, or {@link Long#MAX_VALUE} if none is set
   */
  public long deadline() {
    Entry first = set.peek();
    return first == null ? Long.MAX_VALUE : first.time;
  }

  /**
   * Runs the timers that are due, then posted work.
   *
   * @param now tells the time, in emulated nanoseconds; asked for each timer
   */
  public void runDue(LongSupplier now) {
    for (Entry first = set.peek();
        first != null && first.time <= now.getAsLong();
        first = set.peek()) {
      set.remove();
      first.waits = false;
      first.action.run();
    }
    for (Runnable work = posted.poll(); work != null; work = posted.poll()) {
      work.run();
    }
  }

  /** The timers are saved by those who made them; the work that was posted is not. */
  @Override
  public void save(StateWriter out) throws IOException {
    out.i64(order);
  }

  /** Before the timers. */
  @Override
  public void load(StateReader in) throws IOException {
    order = in.i64(0, Long.MAX_VALUE / 4, "the timers set so far");
  }

  /** A timer; those of the same time run in the order in which they were set. */
  private final class Entry implements EventClock.Timer, Comparable<Entry> {
    private final Runnable action;
    private long time;
    private long place;
    private boolean waits;

    Entry(Runnable action) {
      this.action = action;
    }

    @Override
    public void at(long nanos) {
      cancel();
      time = nanos;
      place = order++;
      add();
    }

    private void add() {
      boolean first = time < deadline();
      waits = true;
      set.add(this);
      if (first) {
        sooner.run();
      }
    }

    @Override
    public void cancel() {
      if (waits) {
        set.remove(this);
        waits = false;
      }
    }

    @Override
    public void save(StateWriter out) throws IOException {
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
      boolean saved = in.flag();
      time = in.i64(0, Long.MAX_VALUE, "its time");
      place = in.i64(0, order, "its place in the order");
      in.end();
      if (saved) {
        add();
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
