package dev.virtio4j.jpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.host.EventClock.Timer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("emulated time of JPC")
class JpcClockTest {
  private static final long MILLI = 1_000_000;

  private final JpcMachine machine = new JpcMachine();
  private final List<String> ran = new ArrayList<>();

  private Timer timer(String name) {
    return machine.clock.timer(() -> ran.add(name));
  }

  @Test
  @DisplayName("a timer runs once, at its time and not before")
  void once() {
    timer("a").at(machine.clock.now() + 3 * MILLI);

    machine.pass(2 * MILLI);
    assertThat(ran).isEmpty();
    machine.pass(2 * MILLI);
    assertThat(ran).containsExactly("a");
    machine.pass(50 * MILLI);
    assertThat(ran).containsExactly("a");
  }

  @Test
  @DisplayName("timers run by their times, and those of one time in the order of their setting")
  void order() {
    long now = machine.clock.now();
    Timer first = timer("set again");
    first.at(now + MILLI);
    timer("late").at(now + 2 * MILLI);
    timer("b").at(now + MILLI);
    timer("a").at(now + MILLI);
    first.at(now + MILLI);

    machine.pass(3 * MILLI);
    assertThat(ran).containsExactly("b", "a", "set again", "late");
  }

  @Test
  @DisplayName("a time that is past means soon, but not within the call")
  void past() {
    machine.pass(5 * MILLI);
    timer("past").at(machine.clock.now() - 4 * MILLI);

    assertThat(ran).isEmpty();
    machine.pass(MILLI);
    assertThat(ran).containsExactly("past");
  }

  @Test
  @DisplayName("a timer that is taken back does not run")
  void cancel() {
    Timer timer = timer("never");
    timer.at(machine.clock.now() + MILLI);
    timer.cancel();
    timer.cancel();

    machine.pass(20 * MILLI);
    assertThat(ran).isEmpty();
  }

  @Test
  @DisplayName("work of another thread runs on the emulator's, in its order, within 10 ms")
  void post() throws InterruptedException {
    Thread other =
        new Thread(
            () -> {
              machine.clock.post(() -> ran.add("first on " + Thread.currentThread().getName()));
              machine.clock.post(() -> ran.add("second"));
            });
    other.start();
    other.join();
    assertThat(ran).isEmpty();

    machine.pass(11 * MILLI);
    assertThat(ran).containsExactly("first on " + Thread.currentThread().getName(), "second");
  }
}
