package dev.virtio4j.pc;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.IOException;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;

/**
 * Emulated time: one nanosecond for each retired instruction, and the time that was skipped while
 * the CPU was halted.
 */
final class VirtualClock implements EventClock, Stateful {
  private final LongSupplier retired;
  private final PriorityQueue<Entry> queue = new PriorityQueue<>();
  private final ConcurrentLinkedQueue<Runnable> posted = new ConcurrentLinkedQueue<>();
  private final Runnable sooner;
  private final Runnable wake;
  private long skipped;
  private long order;

  /**
   * Makes a clock at time 0.
   *
   * @param retired how many instructions have retired, up to the one that asks
   * @param sooner called after a timer was set that is due before all others
   * @param wake called from any thread after work was posted; makes the CPU look soon
   */
  VirtualClock(LongSupplier retired, Runnable sooner, Runnable wake) {
    this.retired = retired;
    this.sooner = sooner;
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
    Entry first = queue.peek();
    return first == null ? Long.MAX_VALUE : first.time;
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
    for (Entry first = queue.peek(); first != null && first.time <= now(); first = queue.peek()) {
      queue.remove();
      first.queued = false;
      first.action.run();
    }
    for (Runnable work = posted.poll(); work != null; work = posted.poll()) {
      work.run();
    }
  }

  @Override
  public Timer timer(Runnable action) {
    return new Entry(action);
  }

  @Override
  public void post(Runnable work) {
    posted.add(work);
    wake.run();
  }

  /** A timer; those of the same time run in the order in which they were set. */
  private final class Entry implements Timer, Comparable<Entry> {
    private final Runnable action;
    private long time;
    private long sequence;
    private boolean queued;

    Entry(Runnable action) {
      this.action = action;
    }

    @Override
    public void at(long nanos) {
      cancel();
      time = nanos;
      sequence = order++;
      queued = true;
      boolean first = nanos < deadline();
      queue.add(this);
      if (first) {
        sooner.run();
      }
    }

    @Override
    public void cancel() {
      if (queued) {
        queue.remove(this);
        queued = false;
      }
    }

    @Override
    public void save(StateWriter out) throws IOException {
      out.begin("timer", 1);
      out.flag(queued);
      out.i64(queued ? time : 0);
      out.i64(queued ? sequence : 0);
      out.end();
    }

    @Override
    public void load(StateReader in) throws IOException {
      cancel();
      in.begin("timer", 1);
      queued = in.flag();
      time = in.i64();
      sequence = in.i64(0, order, "its place in the order");
      in.end();
      if (queued) {
        queue.add(this);
      }
    }

    @Override
    public int compareTo(Entry other) {
      int byTime = Long.compare(time, other.time);
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
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

  /** The timers are saved by those who made them; the work that was posted is not. */
  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("clock", 1);
    out.i64(skipped);
    out.i64(order);
    out.end();
  }

  /** Before the timers. */
  @Override
  public void load(StateReader in) throws IOException {
    in.begin("clock", 1);
    skipped = in.i64(0, Long.MAX_VALUE / 4, "the time skipped");
    order = in.i64(0, Long.MAX_VALUE / 4, "the timers set so far");
    in.end();
  }
}
