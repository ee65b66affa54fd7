package dev.virtio4j.machine;

import dev.virtio4j.pc.StopReason;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;

/**
 * The whole run of a guest: power-on, again after each reset that the guest wants, until the guest,
 * a {@link Script} or somebody else ends it. While a device waits for the host, or somebody wants
 * it so, the machine stands still. {@link #run} works on the calling thread, the emulator's; {@link
 * #type}, {@link #end}, {@link #goOn} and {@link #post} may be called from another.
 */
public final class BootRun {
  /** How long a machine that stands still waits before it tries again by itself. */
  public static final Duration RETRY = Duration.ofSeconds(1);

  /** What Linux says at the end. */
  public static final Pattern PANIC = Pattern.compile("Kernel panic");

  /** How many bytes may wait for a guest that does not read. */
  private static final int MAX_UNTAKEN = 64 * 1024;

  private static final long UNTAKEN_POLL_MILLIS = 20;

  private final Function<IntConsumer, Machine> powerOn;
  private final Script script;
  private final Consumer<String> notes;

  /** What is to be done on the emulator's thread, between two instructions. */
  private final BlockingQueue<Runnable> work = new LinkedBlockingQueue<>();

  private Machine machine;
  private Expectations panic;
  private Ending ending;
  private Duration retry;
  private boolean held;

  private long start;
  private long earlierInstructions;
  private long earlierNanos;

  /** Why a run ended. */
  public enum Ending {
    /** All that was expected came on the serial line. */
    EXPECTED(ExitStatus.OK, "all that was expected came"),
    /** The machine was saved. */
    SAVED(ExitStatus.OK, "the machine was saved"),
    /** The guest powered off, or halted with interrupts off. */
    POWERED_OFF(ExitStatus.OK, "the guest powered off"),
    /** The user, or what goes along with the run, ended it. */
    QUIT(ExitStatus.OK, "ended by the user"),
    /** The time that it was given was over. */
    TIMEOUT(ExitStatus.TIMEOUT, "timeout"),
    /** The guest panicked, or shut down by a triple fault. */
    CRASHED(ExitStatus.GUEST_CRASH, "the guest crashed");

    private final int exitStatus;
    private final String text;

    Ending(int exitStatus, String text) {
      this.exitStatus = exitStatus;
      this.text = text;
    }

    /** {@return what happened, in words} */
    public String text() {
      return text;
    }
  }

  /** Goes along with a run, on the emulator's thread. */
  public interface Script {
    /**
     * A machine is about to run from power-on, or from where it was saved. Timers that were set on
     * the clock of the machine before it are gone.
     *
     * @param run the run
     */
    default void poweredOn(BootRun run) {}

    /**
     * The guest sent a byte on its serial line. It is in the midst of the instruction that did.
     *
     * @param run the run
     * @param value the byte, 0 to 255
     */
    void transmitted(BootRun run, int value);

    /**
     * The machine stands still, or does so still after it tried again.
     *
     * @param run the run
     */
    default void standsStill(BootRun run) {}

    /** {@return the expression that is waited for; null if none is} */
    Pattern outstanding();
  }

  /**
   * How a run went, or goes.
   *
   * @param ending why it ended; null if it goes on
   * @param stopped what stopped the machine; null if it runs
   * @param outstanding the expression that was still waited for; null if none was
   * @param instructions how many the guest ran, over all its boots, without those before the
   *     machine was saved
   * @param emulatedTime how long that was for the guest
   * @param wallTime how long it took
   */
  public record Result(
      Ending ending,
      StopReason stopped,
      Pattern outstanding,
      long instructions,
      Duration emulatedTime,
      Duration wallTime) {

    /** {@return the program's exit status; of a run that has ended} */
    public int exitStatus() {
      return ending.exitStatus == ExitStatus.OK && outstanding != null
          ? ExitStatus.FAILED
          : ending.exitStatus;
    }

    /** {@return the speed in words} */
    public String figures() {
      double seconds = wallTime.toNanos() / 1e9;
      return String.format(
          Locale.ROOT,
          "%d guest instructions in %.1f s, %.1f million a second",
          instructions,
          seconds,
          instructions / seconds / 1e6);
    }

    /** {@return the reason in words} */
    public String reason() {
      String what =
          ending != null
              ? ending.text + (stopped == StopReason.REQUESTED ? "" : " (" + stopped + ")")
              : stopped == null ? "the guest runs" : "the machine stands still";
      return what + (outstanding == null ? "" : "; still expected: " + outstanding);
    }
  }

  /**
   * Powers the machine on for the first time; a run in which all came that was expected ends so.
   *
   * @param powerOn makes a machine that sends its serial bytes where it is told
   * @param expected what to wait for on the serial line
   * @param serial takes each byte of the serial line
   * @param notes takes what the user should know while the guest runs, a line each
   * @throws BadInputException if the machine can't be made or the guest does not fit it
   */
  public BootRun(
      Function<IntConsumer, Machine> powerOn,
      Collection<Pattern> expected,
      IntConsumer serial,
      Consumer<String> notes)
      throws BadInputException {
    this(powerOn, expected, Ending.EXPECTED, serial, notes);
  }

  /**
   * Powers the machine on for the first time.
   *
   * @param powerOn makes a machine that sends its serial bytes where it is told
   * @param expected what to wait for on the serial line
   * @param whenMet how the run ends when all of that came: before the guest's next instruction
   * @param serial takes each byte of the serial line
   * @param notes takes what the user should know while the guest runs, a line each
   * @throws BadInputException if the machine can't be made or the guest does not fit it
   */
  public BootRun(
      Function<IntConsumer, Machine> powerOn,
      Collection<Pattern> expected,
      Ending whenMet,
      IntConsumer serial,
      Consumer<String> notes)
      throws BadInputException {
    this(powerOn, new AwaitedOutput(expected, whenMet, serial), notes);
  }

  /**
   * Powers the machine on for the first time.
   *
   * @param powerOn makes a machine that sends its serial bytes where it is told
   * @param script goes along
   * @param notes takes what the user should know while the guest runs, a line each
   * @throws BadInputException if the machine can't be made or the guest does not fit it
   */
  public BootRun(Function<IntConsumer, Machine> powerOn, Script script, Consumer<String> notes)
      throws BadInputException {
    this.powerOn = powerOn;
    this.script = script;
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
   * @param retry wall-clock time after which a machine that stands still tries again; null to wait
   *     for {@link #goOn}
   * @return how it went
   */
  public Result run(Duration timeout, Duration retry) {
    this.retry = retry;
    start = System.nanoTime();
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
      earlierInstructions = -machine.instructions();
      earlierNanos = -machine.clock().now();
      script.poweredOn(this);
      StopReason stopped = runMachine();
      while (bootsAgain(stopped)) {
        notes.accept("the guest restarts (" + stopped + ")");
        script.poweredOn(this);
        stopped = runMachine();
      }
      return result(ending, stopped);
    } finally {
      timer.cancel();
    }
  }

  private Result result(Ending why, StopReason stopped) {
    return new Result(
        why,
        stopped,
        script.outstanding(),
        earlierInstructions + machine.instructions(),
        Duration.ofNanos(earlierNanos + machine.clock().now()),
        Duration.ofNanos(System.nanoTime() - start));
  }

  /** {@return how the run goes; on the emulator's thread} */
  public Result soFar() {
    return result(null, isKept() ? StopReason.PAUSED : null);
  }

  /** Runs the machine until something stops it for good. */
  private StopReason runMachine() {
    StopReason stopped = machine.run();
    while (stopped == StopReason.PAUSED) {
      standStill();
      stopped = isEnding() ? StopReason.REQUESTED : machine.run();
    }
    return stopped;
  }

  /** Does the work that comes meanwhile, until nothing keeps the machine or the run is to end. */
  private void standStill() {
    if (!isKept()) {
      return; // let go before it stood
    }
    tellItStandsStill();
    long lastTry = System.nanoTime();
    while (!isEnding() && isKept()) {
      Runnable next = nextWork(lastTry);
      if (next != null) {
        next.run();
      } else {
        lastTry = System.nanoTime();
        machine.resume();
      }
    }
    if (!isEnding()) {
      notes.accept("the machine goes on");
    }
  }

  private void tellItStandsStill() {
    notes.accept(whyItStandsStill());
    script.standsStill(this);
  }

  private boolean isKept() {
    return held || !machine.waitsFor().isEmpty();
  }

  /** {@return why the machine stands still, and what to do about it; on the emulator's thread} */
  public String whyItStandsStill() {
    if (held) {
      return "stopped by the monitor; the machine stands still until cont";
    }
    return machine.waitsFor()
        + "; the machine stands still: mend that, "
        + (retry == null ? "then press Ctrl-A c" : "it tries again by itself");
  }

  /** Waits for work; null if it is time to try again instead. */
  private Runnable nextWork(long lastTry) {
    try {
      return held || retry == null
          ? work.take()
          : work.poll(lastTry + retry.toNanos() - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a run", e);
    }
  }

  /**
   * Has some work done on the emulator's thread, between two instructions, soon: while the machine
   * runs, and while it stands still; not once the run has ended. Any thread may call this. From a
   * timer of the machine's clock, it is done before the guest's next instruction.
   *
   * @param command what to do
   */
  public void post(Runnable command) {
    work.add(command);
    synchronized (this) {
      machine.clock().post(this::doPosted);
    }
  }

  private void doPosted() {
    while (!isEnding() && !work.isEmpty()) {
      work.remove().run();
    }
  }

  /** Sees to what stopped the machine: the end of the run, or the next boot. */
  private synchronized boolean bootsAgain(StopReason stopped) {
    if (ending == null && stopped.isReset() && !panic.met()) {
      earlierInstructions += machine.instructions();
      earlierNanos += machine.clock().now();
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
    machine.clock().post(this::doPosted); // the machine before it may not have come to it
  }

  private void transmitted(int value) {
    panic.accept(value);
    script.transmitted(this, value);
  }

  /**
   * Ends the run, unless it is ending already: on the emulator's thread before the next instruction
   * of the guest, else soon.
   *
   * @param why what to say of it
   */
  public synchronized void end(Ending why) {
    if (ending == null) {
      ending = why;
      machine.stop();
      work.add(() -> {}); // wakes it where it stands still
      notifyAll();
    }
  }

  private synchronized boolean isEnding() {
    return ending != null;
  }

  /** Ends the run as the user wishes. */
  public void quit() {
    end(Ending.QUIT);
  }

  /** {@return the machine that is powered on; on the emulator's thread} */
  public Machine machine() {
    return machine;
  }

  /** {@return emulated nanoseconds since the run began, over all its boots} */
  public long emulatedNanos() {
    return earlierNanos + machine.clock().now();
  }

  /** Lets a machine that stands still try again. */
  public void goOn() {
    post(
        () -> {
          if (!letGo()) {
            tellItStandsStill();
          }
        });
  }

  /** {@return whether the machine stands still until somebody lets it go} */
  public boolean isHeld() {
    return held;
  }

  /** Lets the machine stand still until it is let go; on the emulator's thread. */
  void hold() {
    held = true;
    machine.pause();
  }

  /**
   * Lets a machine that stands still try again; on the emulator's thread.
   *
   * @return whether nothing keeps it any more
   */
  boolean letGo() {
    held = false;
    return machine.resume();
  }

  /**
   * Types on COM1. Waits while the guest has much to read already.
   *
   * @param bytes what is typed
   */
  public synchronized void type(byte[] bytes) {
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
