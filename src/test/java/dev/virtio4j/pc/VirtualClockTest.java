package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.EventClock.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The virtual clock")
class VirtualClockTest {
  private final AtomicInteger sooner = new AtomicInteger();
  private final AtomicInteger wakes = new AtomicInteger();
  private final List<String> ran = new ArrayList<>();
  private long retired;
  private final VirtualClock clock =
      new VirtualClock(() -> retired, sooner::incrementAndGet, wakes::incrementAndGet);

  @Test
  @DisplayName("counts a nanosecond for each instruction and adds what was skipped")
  void time() {
    retired = 100;
    clock.skip(1_000);
    retired += 5;

    assertThat(clock.now()).isEqualTo(1_105);
  }

  @Test
  @DisplayName("names the next deadline, and none when no timer is set")
  void deadline() {
    Timer timer = clock.timer(() -> {});
    assertThat(clock.deadline()).isEqualTo(Long.MAX_VALUE);
    timer.at(70);
    clock.timer(() -> {}).at(90);
    assertThat(clock.deadline()).isEqualTo(70);
    timer.cancel();
    assertThat(clock.deadline()).isEqualTo(90);
  }

  @Test
  @DisplayName("runs timers by time, those of one time in the order they were set, each once")
  void order() {
    timer("late").at(30);
    timer("first of two").at(20);
    timer("second of two").at(20);
    timer("early").at(10);
    timer("not yet").at(31);

    retired = 30;
    clock.runDue();
    clock.runDue();

    assertThat(ran).containsExactly("early", "first of two", "second of two", "late");
  }

  @Test
  @DisplayName("runs a timer that was set again at its new time only, behind others of that time")
  void setAgain() {
    Timer moved = timer("moved");
    moved.at(5);
    timer("other").at(20);
    moved.at(20);

    retired = 10;
    clock.runDue();
    assertThat(ran).isEmpty();
    retired = 20;
    clock.runDue();
    assertThat(ran).containsExactly("other", "moved");
  }

  @Test
  @DisplayName("does not run a cancelled timer, also when another timer cancels it as both are due")
  void cancel() {
    Timer victim = timer("victim");
    clock.timer(victim::cancel).at(10);
    victim.at(10);
    Timer unset = timer("unset");
    unset.cancel();

    retired = 10;
    clock.runDue();

    assertThat(ran).isEmpty();
    victim.at(11);
    retired = 11;
    clock.runDue();
    assertThat(ran).containsExactly("victim");
  }

  @Test
  @DisplayName("catches up with a timer that sets itself again, in turn with the others")
  void periodic() {
    List<Long> times = new ArrayList<>();
    Timer[] periodic = new Timer[1];
    periodic[0] =
        clock.timer(
            () -> {
              long next = 10L * (times.size() + 2);
              times.add(next - 10);
              ran.add("period");
              periodic[0].at(next);
            });
    periodic[0].at(10);
    timer("between").at(25);

    retired = 40;
    clock.runDue();

    assertThat(ran).containsExactly("period", "period", "between", "period", "period");
    assertThat(clock.deadline()).isEqualTo(50);
  }

  @Test
  @DisplayName("runs a timer set to the past as soon as possible, but not within the call")
  void past() {
    retired = 100;
    timer("past").at(3);
    assertThat(ran).isEmpty();
    assertThat(clock.deadline()).isEqualTo(3);
    clock.runDue();
    assertThat(ran).containsExactly("past");
  }

  @Test
  @DisplayName("runs work that another thread posted, in order, on the thread that runs the timers")
  void post() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    Thread other =
        new Thread(
            () -> {
              clock.post(() -> ran.add("one"));
              clock.post(() -> threads.add(Thread.currentThread()));
              clock.post(() -> ran.add("two"));
            });
    other.start();
    other.join();
    assertThat(ran).isEmpty();
    assertThat(wakes).hasValue(3);

    clock.runDue();

    assertThat(ran).containsExactly("one", "two");
    assertThat(threads).containsExactly(Thread.currentThread());
  }

  private Timer timer(String name) {
    return clock.timer(() -> ran.add(name));
  }

  @Test
  @DisplayName("says when a timer was set that is due before all others, and only then")
  void tellsOfSoonerTimers() {
    EventClock.Timer late = clock.timer(() -> {});
    EventClock.Timer early = clock.timer(() -> {});
    late.at(200);
    early.at(100);
    assertThat(sooner).hasValue(2);
    late.at(150);
    assertThat(sooner).hasValue(2);
  }
}
