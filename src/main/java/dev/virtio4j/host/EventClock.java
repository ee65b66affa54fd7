package dev.virtio4j.host;

/** Emulated time, one-shot timers on it, and the door for work from other threads. */
public interface EventClock {

  /**
   * The emulated time.
   *
   * @return nanoseconds since the machine was switched on; never less than at an earlier call
   */
  long now();

  /**
   * Makes a timer, not yet set.
   *
   * @param action what to do at its time, on the emulator's thread
   * @return the timer
   */
  Timer timer(Runnable action);

  /**
   * Runs some work on the emulator's thread, soon. Any thread may call this.
   *
   * @param work what to do; posted work runs in the order of the calls
   */
  void post(Runnable work);

  /**
   * A one-shot timer: made once, set as often as needed. Timers of the same time run in the order
   * in which they were set.
   *
   * <p>Its state is whether it is set, to what time, and its place among the timers of the same
   * time. Whoever made a timer saves and loads it with its own state. The host loads the time of
   * the clock before that, and runs no timer until all are loaded; then they run at the times and
   * in the order in which those of the saved machine would have. Loading takes the place of any
   * time set before. A host that offers no save and restore throws {@link
   * UnsupportedOperationException} from both.
   */
  interface Timer extends Stateful {

    /**
     * Sets the timer, in place of any time set before.
     *
     * @param nanos the emulated time at which to run the action, once; a time that is past means as
     *     soon as possible, but not within this call
     */
    void at(long nanos);

    /** Takes back the time that was set, if any. */
    void cancel();
  }
}
