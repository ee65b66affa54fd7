package dev.virtio4j.testing;

import dev.virtio4j.host.EventClock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;

/** Emulated time that a test moves. */
public final class ManualClock implements EventClock {
  private final List<Entry> set = new ArrayList<>();
  private final Queue<Runnable> posted = new ArrayDeque<>();
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
      Entry first = set.stream().min(Comparator.comparingLong(entry -> entry.time)).orElseThrow();
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

  private final class Entry implements Timer {
    private final Runnable action;
    private long time;

    Entry(Runnable action) {
      this.action = action;
    }

    @Override
    public void at(long nanos) {
      cancel();
      time = nanos;
      set.add(this);
    }

    @Override
    public void cancel() {
      set.remove(this);
    }
  }
}
