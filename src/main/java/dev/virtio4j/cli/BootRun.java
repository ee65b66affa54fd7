package dev.virtio4j.cli;

import dev.virtio4j.pc.StopReason;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;

/**
 * The whole run of a guest: power-on, again after each reset that the guest wants, until the guest
 * or somebody else ends it. {@link #run} works on the calling thread; {@link #type} and {@link
 * #quit} may be called from another.
 */
final class BootRun {
  private static final Pattern PANIC = Pattern.compile("Kernel panic");

  /** How many bytes may wait for a guest that does not read. */
  private static final int MAX_UNTAKEN = 64 * 1024;

  private static final long UNTAKEN_POLL_MILLIS = 20;

  private final Function<IntConsumer, Machine> powerOn;
  private final Expectations expected;
  private final IntConsumer serial;
  private final Consumer<String> notes;

  private Machine machine;
  private Expectations panic;
  private Ending ending;

  /** Why a run ended. */
  enum Ending {
    EXPECTED(ExitStatus.OK, "all that was expected came"),
    POWERED_OFF(ExitStatus.OK, "the guest powered off"),
    QUIT(ExitStatus.OK, "ended from the terminal"),
    TIMEOUT(ExitStatus.TIMEOUT, "timeout"),
    CRASHED(ExitStatus.GUEST_CRASH, "the guest crashed");

    private final int exitStatus;
    private final String text;

    Ending(int exitStatus, String text) {
      this.exitStatus = exitStatus;
      this.text = text;
    }
  }

  /**
   * How a run went.
   *
   * @param ending why it ended
   * @param stopped what stopped the machine
   * @param outstanding the expression that was still waited for; null if none was
   * @param instructions how many the guest ran, over all its boots
   * @param wallTime how long it took
   */
  record Result(
      Ending ending,
      StopReason stopped,
      Pattern outstanding,
      long instructions,
      Duration wallTime) {

    int exitStatus() {
      return ending.exitStatus == ExitStatus.OK && outstanding != null
          ? ExitStatus.FAILED
          : ending.exitStatus;
    }

    /** The speed in words. */
    String figures() {
      double seconds = wallTime.toNanos() / 1e9;
      return String.format(
          Locale.ROOT,
          "%d guest instructions in %.1f s, %.1f million a second",
          instructions,
          seconds,
          instructions / seconds / 1e6);
    }

    /** The reason in words. */
    String reason() {
      return ending.text
          + (stopped == StopReason.REQUESTED ? "" : " (" + stopped + ")")
          + (outstanding == null ? "" : "; still expected: " + outstanding);
    }
  }

  /**
   * Powers the machine on for the first time.
   *
   * @param powerOn makes a machine that sends its serial bytes where it is told
   * @param expected what to wait for on the serial line
   * @param serial takes each byte of the serial line
   * @param notes takes what the user should know while the guest runs, a line each
   * @throws BadInputException if the machine can't be made or the guest does not fit it
   */
  BootRun(
      Function<IntConsumer, Machine> powerOn,
      Collection<Pattern> expected,
      IntConsumer serial,
      Consumer<String> notes)
      throws BadInputException {
    this.powerOn = powerOn;
    this.expected = new Expectations(expected);
    this.serial = serial;
    this.notes = notes;
    try {
      powerOn();
    } catch (IllegalArgumentException e) {
      throw new BadInputException(e);
    }
  }

  /**
   * Runs to the end.
   *
   * @param timeout wall-clock time after which to end; null for never
   * @return how it went
   */
  Result run(Duration timeout) {
    long start = System.nanoTime();
    Timer timer = new Timer("timeout", true);
    if (timeout != null) {
      timer.schedule(
          new TimerTask() {
            @Override
            public void run() {
              end(Ending.TIMEOUT);
            }
          },
          timeout.toMillis());
    }
    try {
      StopReason stopped = machine.run();
      long instructions = machine.instructions();
      while (bootsAgain(stopped)) {
        notes.accept("the guest restarts (" + stopped + ")");
        stopped = machine.run();
        instructions += machine.instructions();
      }
      Duration wallTime = Duration.ofNanos(System.nanoTime() - start);
      return new Result(ending, stopped, expected.next(), instructions, wallTime);
    } finally {
      timer.cancel();
    }
  }

  /** Sees to what stopped the machine: the end of the run, or the next boot. */
  private synchronized boolean bootsAgain(StopReason stopped) {
    if (ending == null && stopped.isReset() && !panic.met()) {
      powerOn();
      return true;
    }
    end(stopped == StopReason.HALTED && !panic.met() ? Ending.POWERED_OFF : Ending.CRASHED);
    return false;
  }

  /** A power-on is a new machine, so a reset leaves nothing behind. */
  private void powerOn() {
    panic = new Expectations(List.of(PANIC));
    machine = null; // its memory is free for the next one
    machine = powerOn.apply(this::transmitted);
  }

  private void transmitted(int value) {
    serial.accept(value);
    panic.accept(value);
    if (!expected.met()) {
      expected.accept(value);
      if (expected.met()) {
        end(Ending.EXPECTED);
      }
    }
  }

  /** Ends the run, unless it is ending already. */
  private synchronized void end(Ending why) {
    if (ending == null) {
      ending = why;
      machine.stop();
    }
  }

  /** Ends the run as the user wishes. */
  void quit() {
    end(Ending.QUIT);
  }

  /**
   * Types on COM1. Waits while the guest has much to read already.
   *
   * @param bytes what is typed
   */
  synchronized void type(byte[] bytes) {
    try {
      while (ending == null && machine.untaken() > MAX_UNTAKEN) {
        wait(UNTAKEN_POLL_MILLIS);
      }
      machine.receive(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
