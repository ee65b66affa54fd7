package dev.virtio4j.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ends a run when a signal ends the program, which then waits until all of it is written. */
final class SignalWatch implements AutoCloseable {
  /** How long that may take: maybe nobody reads what the guest writes. */
  private static final long SECONDS = 10;

  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook = new Thread(this::waitForEnd, "signal");
  private boolean signalled;
  private Runnable end = () -> {};

  /** Begins to watch. */
  SignalWatch() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Has something done when the signal comes, or now if it has come.
   *
   * @param newEnd has the run end soon; called from another thread
   */
  synchronized void onSignal(Runnable newEnd) {
    end = newEnd;
    if (signalled) {
      end.run();
    }
  }

  private synchronized void signal() {
    signalled = true;
    end.run();
  }

  private void waitForEnd() {
    signal();
    try {
      closed.await(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    remove(hook);
  }

  /**
   * Takes back a hook, unless the program is ending and runs it.
   *
   * @param hook what was to be done at the program's end
   */
  static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // it runs
    }
  }
}
