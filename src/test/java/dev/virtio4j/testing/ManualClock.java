package dev.virtio4j.testing;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;

/** Emulated time that a test moves. */
public final class ManualClock implements EventClock, Stateful {
  private static final Comparator<Entry> BY_TIME =
      Comparator.<Entry>comparingLong(entry -> entry.time).thenComparingLong(entry -> entry.place);

  private final List<Entry> set = new ArrayList<>();
  private final Queue<Runnable> posted = new ArrayDeque<>();
  private long now;
  private long order;

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
      Entry first = Collections.min(set, BY_TIME);
      set.remove(first);
      now = Math.max(now, first.time);
      first.action.run();
    }
    now = end;
    for (Runnable work = posted.poll(); work != null; work = posted.poll()) {
      work.run();
    }
  }

  /**
   * When the next timer is due.
   *
   * @return its time, or {@link Long#MAX_VALUE} if none is set
   */
  public long deadline() {
    return set.stream().mapToLong(entry -> entry.time).min().orElse(Long.MAX_VALUE);
  }

  @Override
  public Timer timer(Runnable action) {
    return new Entry(action);
  }

  @Override
  public void post(Runnable work) {
    posted.add(work);
  }

  /** The timers are saved by those who made them. */
  @Override
  public void save(StateWriter out) throws IOException {
    out.i64(now);
    out.i64(order);
  }

  @Override
  public void load(StateReader in) throws IOException {
    now = in.i64();
    order = in.i64();
  }

  private final class Entry implements Timer {
    private final Runnable action;
    private long time;
    private long place;

    Entry(Runnable action) {
      this.action = action;
    }

    @Override
    public void at(long nanos) {
      cancel();
      time = nanos;
      place = order++;
      set.add(this);
    }

    @Override
    public void cancel() {
      set.remove(this);
    }

    @Override
    public void save(StateWriter out) throws IOException {
      out.flag(set.contains(this));
      out.i64(time);
      out.i64(place);
    }

    @Override
    public void load(StateReader in) throws IOException {
      cancel();
      boolean isSet = in.flag();
      time = in.i64();
      place = in.i64();
      if (isSet) {
        set.add(this);
      }
    }
  }
}
