package dev.virtio4j.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pc.StopReason;
import dev.virtio4j.testing.ManualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The run of a guest")
class BootRunTest {
  private static final int INSTRUCTIONS_PER_BOOT = 1000;
  private static final Duration RETRY = Duration.ofMillis(1);

  /** What a guest says that takes nothing of what is typed. */
  private static final String DEAF = "(no input)";

  private final StringBuilder serial = new StringBuilder();
  private final List<String> notes = new ArrayList<>();

  /** What the guest does in one boot: says something, then stops so; null hangs until stopped. */
  private record Boot(String says, StopReason stops) {}

  /** A machine that does as its boot says. */
  private static final class FakeMachine implements Machine {
    private final Boot boot;
    private final IntConsumer serial;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ManualClock clock = new ManualClock();
    private long instructions;

    FakeMachine(Boot boot, IntConsumer serial) {
      this.boot = boot;
      this.serial = serial;
    }

    @Override
    public StopReason run() {
      instructions = INSTRUCTIONS_PER_BOOT;
      clock.advance(2 * instructions);
      for (byte value : boot.says().getBytes(StandardCharsets.US_ASCII)) {
        serial.accept(value);
        if (stopped.getCount() == 0) {
          return StopReason.REQUESTED;
        }
      }
      if (boot.stops() != null) {
        return boot.stops();
      }
      try {
        assertThat(stopped.await(1, TimeUnit.MINUTES)).as("stopped in time").isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return StopReason.REQUESTED;
    }

    @Override
    public void stop() {
      stopped.countDown();
    }

    @Override
    public void pause() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void boot() {}

    @Override
    public EventClock clock() {
      return clock;
    }

    @Override
    public void receive(byte[] bytes) {
      if (boot.says().equals(DEAF) && stopped.getCount() > 0) {
        serial.accept('!');
      }
      for (byte value : bytes) {
        serial.accept(value);
      }
    }

    @Override
    public int untaken() {
      return boot.says().equals(DEAF) ? Integer.MAX_VALUE : 0;
    }

    @Override
    public long instructions() {
      return instructions;
    }

    @Override
    public String waitsFor() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean resume() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void save(StateWriter out) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void load(StateReader in) {
      throw new UnsupportedOperationException();
    }
  }

  private BootRun powerOn(List<String> expected, Boot... boots) throws BadInputException {
    Iterator<Boot> next = Arrays.asList(boots).iterator();
    return new BootRun(
        sink -> new FakeMachine(next.next(), sink),
        expected.stream().map(Pattern::compile).toList(),
        value -> serial.append((char) value),
        notes::add);
  }

  private BootRun.Result run(List<String> expected, Boot... boots) throws BadInputException {
    return powerOn(expected, boots).run(null, RETRY);
  }

  @Test
  @DisplayName("is 0 when the guest powers off and nothing was expected")
  void powerOff() throws BadInputException {
    BootRun.Result result = run(List.of(), new Boot("hello\n", StopReason.HALTED));
    assertThat(result.exitStatus()).isZero();
    assertThat(result.reason()).isEqualTo("the guest powered off (halted with interrupts off)");
    assertThat(result.instructions()).isEqualTo(INSTRUCTIONS_PER_BOOT);
    assertThat(serial).hasToString("hello\n");
  }

  @Test
  @DisplayName("is 1 when the guest powers off and something was still expected")
  void powerOffTooEarly() throws BadInputException {
    BootRun.Result result = run(List.of("hello", "world"), new Boot("hello\n", StopReason.HALTED));
    assertThat(result.exitStatus()).isEqualTo(1);
    assertThat(result.reason())
        .isEqualTo("the guest powered off (halted with interrupts off); still expected: world");
  }

  @Test
  @DisplayName("is 0 as soon as all that was expected came")
  void expected() throws BadInputException {
    BootRun.Result result = run(List.of("hello", "# $"), new Boot("hello\n# more", null));
    assertThat(result.exitStatus()).isZero();
    assertThat(result.reason()).isEqualTo("all that was expected came");
    assertThat(serial).hasToString("hello\n# ");
  }

  @Test
  @DisplayName("is 3 when the time is over")
  void timeout() throws BadInputException {
    BootRun.Result result =
        powerOn(List.of("never"), new Boot("hello\n", null)).run(Duration.ofMillis(1), RETRY);
    assertThat(result.exitStatus()).isEqualTo(3);
    assertThat(result.reason()).isEqualTo("timeout; still expected: never");
  }

  @Test
  @DisplayName("is 4 at a triple fault")
  void tripleFault() throws BadInputException {
    BootRun.Result result = run(List.of(), new Boot("", StopReason.TRIPLE_FAULT));
    assertThat(result.exitStatus()).isEqualTo(4);
    assertThat(result.reason()).isEqualTo("the guest crashed (triple fault)");
  }

  @Test
  @DisplayName("is 4 when the guest resets after a kernel panic")
  void panic() throws BadInputException {
    BootRun.Result result =
        run(
            List.of(),
            new Boot("[ 1.0] Kernel panic - not syncing\r\n", StopReason.KEYBOARD_RESET));
    assertThat(result.exitStatus()).isEqualTo(4);
    assertThat(notes).isEmpty();
  }

  @Test
  @DisplayName("boots again when the guest resets, says which reset, and counts all boots")
  void reboot() throws BadInputException {
    BootRun.Result result =
        run(
            List.of("one", "two"),
            new Boot("one\n", StopReason.KEYBOARD_RESET),
            new Boot("", StopReason.PORT_CF9_RESET),
            new Boot("two\n", null));
    assertThat(result.exitStatus()).isZero();
    assertThat(result.instructions()).isEqualTo(3 * INSTRUCTIONS_PER_BOOT);
    assertThat(result.emulatedTime()).isEqualTo(Duration.ofNanos(6 * INSTRUCTIONS_PER_BOOT));
    assertThat(notes)
        .containsExactly(
            "the guest restarts (reset by the keyboard controller)",
            "the guest restarts (reset by port CF9h)");
  }

  @Test
  @DisplayName("is 0 when the user ends it and nothing was expected, 1 otherwise")
  void quit() throws BadInputException {
    BootRun unexpecting = powerOn(List.of(), new Boot("", null));
    unexpecting.quit();
    assertThat(unexpecting.run(null, RETRY).exitStatus()).isZero();
    BootRun expecting = powerOn(List.of("never"), new Boot("", null));
    expecting.quit();
    assertThat(expecting.run(null, RETRY).exitStatus()).isEqualTo(1);
  }

  @Test
  @DisplayName("hands what is typed to the machine")
  void typing() throws BadInputException {
    BootRun run = powerOn(List.of(), new Boot("", StopReason.HALTED));
    run.type("ls\r".getBytes(StandardCharsets.US_ASCII));
    assertThat(serial).hasToString("ls\r");
  }

  @Test
  @DisplayName("types no more at a guest that reads nothing, until the run ends")
  void typingTooFast() throws Exception {
    BootRun run = powerOn(List.of(), new Boot(DEAF, null));
    Thread input = new Thread(() -> run.type("ls\r".getBytes(StandardCharsets.US_ASCII)));
    input.start();
    // a time limit of the run, not a wait: the input is stuck until it ends
    run.run(Duration.ofMillis(200), RETRY);
    input.join(TimeUnit.MINUTES.toMillis(1));
    assertThat(serial).hasToString(DEAF + "ls\r");
  }

  @Test
  @DisplayName("is refused in one line when the guest does not fit the machine")
  void doesNotFit() {
    assertThatThrownBy(
            () ->
                new BootRun(
                    sink -> {
                      throw new IllegalArgumentException("too large");
                    },
                    List.of(),
                    value -> {},
                    notes::add))
        .isInstanceOf(BadInputException.class)
        .hasMessage("too large");
  }

  @Test
  @DisplayName("has the figures of the guest")
  void figures() {
    BootRun.Result result =
        new BootRun.Result(
            BootRun.Ending.POWERED_OFF,
            StopReason.HALTED,
            null,
            5_000_000_000L,
            Duration.ofSeconds(10),
            Duration.ofSeconds(50));
    assertThat(result.figures())
        .isEqualTo("5000000000 guest instructions in 50.0 s, 100.0 million a second");
  }
}
