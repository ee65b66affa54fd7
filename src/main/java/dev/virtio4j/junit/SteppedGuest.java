package dev.virtio4j.junit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.virtio4j.drive.Drives;
import dev.virtio4j.host.EventClock;
import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.BootRun;
import dev.virtio4j.machine.Expectations;
import dev.virtio4j.machine.Host;
import dev.virtio4j.machine.MachineOptions;
import dev.virtio4j.machine.MachineSetup;
import dev.virtio4j.machine.Monitor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Pattern;

/**
 * A guest that runs only while somebody waits for it. The emulator has a thread of its own. Between
 * two instructions of the guest, it takes calls from the test's thread ({@link #attend}), until one
 * lets the guest run; when what that one waits for has come, it takes calls again. After the end of
 * the guest it goes on taking them, until it is closed.
 */
final class SteppedGuest implements BootRun.Script, AutoCloseable {
  /** What a guest that runs is waited for. */
  enum Until {
    /** Something on its serial line. */
    MATCH,
    /** The time that it was given. */
    TIME,
    /** Its end. */
    END
  }

  private final MachineSetup setup;
  private final BootRun run;
  private final Monitor monitor;
  private final Thread thread = new Thread(this::emulate, "guest");
  private final BlockingQueue<Runnable> calls = new LinkedBlockingQueue<>();
  private volatile boolean closed;

  // All else is the emulator's.
  private final ByteArrayOutputStream serial = new ByteArrayOutputStream();
  private final Expectations awaited = new Expectations(List.of());
  private int told;
  private EventClock.Timer limit;
  private EventClock.Timer nextInstruction;
  private boolean begun;
  private boolean standsStill;

  /** The call that waits for the guest; null while the guest stands still. */
  private CompletableFuture<String> waiting;

  private Until until;
  private Duration timeout;
  private long end;
  private BootRun.Result ended;
  private Throwable fault;

  private SteppedGuest(MachineSetup setup) throws BadInputException {
    this.setup = setup;
    run = new BootRun(setup::powerOn, this, note -> {});
    monitor = new Monitor(run, setup);
  }

  /** Makes one, before its first instruction. */
  static SteppedGuest start(Host host, MachineOptions options) throws BadInputException {
    MachineSetup setup = MachineSetup.open(host, options);
    try {
      SteppedGuest guest = new SteppedGuest(setup);
      guest.thread.setDaemon(true);
      guest.thread.start();
      return guest;
    } catch (BadInputException e) {
      closeQuietly(setup, e);
      throw e;
    }
  }

  private static void closeQuietly(MachineSetup setup, Exception cause) {
    try {
      setup.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  // The test's thread.

  /** Has something done while the guest stands still. */
  <T> T call(Callable<T> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    calls.add(
        () -> {
          try {
            done.complete(work.call());
          } catch (Exception | Error e) {
            done.completeExceptionally(e);
          }
        });
    return result(done);
  }

  /**
   * Lets the guest run.
   *
   * @param what when to stop
   * @param pattern what is expected; null for nothing
   * @param time how long at most
   * @return what it sent
   */
  String run(Until what, Pattern pattern, Duration time) {
    CompletableFuture<String> done = new CompletableFuture<>();
    calls.add(() -> begin(done, what, pattern, time));
    return result(done);
  }

  /** What the guest sent; also when it is closed. */
  String serial() {
    return closed ? serial.toString(UTF_8) : call(() -> serial.toString(UTF_8));
  }

  private <T> T result(CompletableFuture<T> future) {
    if (closed) {
      throw new IllegalStateException("the guest was closed");
    }
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the guest ran", e);
    } catch (ExecutionException e) {
      throw thrownHere(e.getCause());
    }
  }

  /** What happened on the emulator's thread, as if it had happened on this one. */
  private static RuntimeException thrownHere(Throwable cause) {
    if (cause instanceof AssertionError) {
      throw new AssertionError(cause.getMessage(), cause);
    }
    return cause instanceof IllegalArgumentException
        ? new IllegalArgumentException(cause.getMessage(), cause)
        : new IllegalStateException(cause.getMessage(), cause);
  }

  @Override
  public void close() {
    closed = true;
    run.quit();
    calls.add(() -> {}); // wakes it where it takes calls
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // The emulator's thread.

  private void emulate() {
    try (setup) {
      try {
        ended = run.run(null, null);
      } catch (RuntimeException | Error e) {
        fault = e;
      }
      finishAtEnd();
      attend();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void finishAtEnd() {
    finish(until == Until.END ? null : String.valueOf(ended == null ? fault : ended.reason()));
  }

  /** Takes calls until one lets the guest run. */
  private void attend() {
    while (waiting == null && !closed) {
      try {
        calls.take().run();
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts a guest", e);
      }
    }
  }

  private void begin(CompletableFuture<String> done, Until what, Pattern pattern, Duration time) {
    waiting = done;
    until = what;
    timeout = time;
    awaited.restart(pattern == null ? List.of() : List.of(pattern));
    if (ended != null || fault != null) {
      finishAtEnd();
      return;
    }
    end = run.emulatedNanos() + time.toNanos();
    setLimit();
    if (standsStill) {
      standsStill = false;
      run.goOn();
    }
  }

  /** The machine may have begun later than the run. */
  private void setLimit() {
    limit.at(run.machine().clock().now() + end - run.emulatedNanos());
  }

  /** Tells the call that waits, if any, that the guest stands still. */
  private void finish(String failure) {
    if (waiting == null) {
      return;
    }
    CompletableFuture<String> done = waiting;
    waiting = null;
    byte[] all = serial.toByteArray();
    String news = new String(all, told, all.length - told, UTF_8);
    told = all.length;
    if (fault != null) {
      done.completeExceptionally(fault);
    } else if (failure == null) {
      done.complete(news);
    } else {
      String missing = awaited.met() ? "" : "'" + awaited.next() + "' did not come; ";
      done.completeExceptionally(new AssertionError(missing + failure));
    }
  }

  @Override
  public void poweredOn(BootRun sameRun) {
    EventClock clock = run.machine().clock();
    limit = clock.timer(() -> run.post(this::timeIsOver));
    nextInstruction = clock.timer(() -> run.post(this::matched));
    if (begun) {
      setLimit();
    } else {
      begun = true;
      run.post(this::attend);
    }
  }

  @Override
  public void transmitted(BootRun sameRun, int value) {
    serial.write(value);
    awaited.accept(value);
    if (waiting != null && until == Until.MATCH && awaited.met()) {
      nextInstruction.at(run.machine().clock().now());
    }
  }

  private void matched() {
    if (waiting != null && until == Until.MATCH && awaited.met()) {
      finish(null);
      attend();
    }
  }

  private void timeIsOver() {
    if (waiting != null && run.emulatedNanos() >= end) {
      finish(until == Until.TIME ? null : timeout.toMillis() + " ms of the guest's time are over");
      attend();
    }
  }

  @Override
  public void standsStill(BootRun sameRun) {
    standsStill = true;
    run.post(
        () -> {
          finish(run.whyItStandsStill());
          attend();
        });
  }

  @Override
  public Pattern outstanding() {
    return null;
  }

  void type(byte[] bytes) {
    run.machine().receive(bytes);
  }

  String monitor(String command) {
    if (ended != null) {
      return Monitor.error(ended.reason());
    }
    return monitor.execute(command.strip());
  }

  Drives drives() {
    return setup.drives();
  }

  Duration emulatedTime() {
    return Duration.ofNanos(run.emulatedNanos());
  }

  /** How it ended; null while it has not. */
  BootRun.Result ended() {
    return ended;
  }
}
