package dev.virtio4j.cli;

import dev.virtio4j.pc.StopReason;

/** One power-on of a machine, loaded and ready to run. */
interface Machine {

  /**
   * Runs the guest on the calling thread until something stops it.
   *
   * @return what stopped it; after {@link StopReason#PAUSED} and {@link #resume} it may run again
   */
  StopReason run();

  /** Stops it soon, or keeps it from starting; any thread may call this. */
  void stop();

  /** Makes {@link #run} return {@link StopReason#PAUSED}; for work that {@link #post} runs. */
  void pause();

  /**
   * Has some work done between two instructions, soon, while it runs; any thread may call this.
   *
   * @param work what to do, on the thread that runs the machine
   */
  void post(Runnable work);

  /**
   * Types on COM1; any thread may call this.
   *
   * @param bytes what is typed
   */
  void receive(byte[] bytes);

  /**
   * How much of what was typed the guest has not taken yet; any thread may call this.
   *
   * @return bytes
   */
  int untaken();

  /**
   * How many instructions the guest has run.
   *
   * @return retired instructions since power-on
   */
  long instructions();

  /**
   * How much time has passed for the guest.
   *
   * @return nanoseconds since power-on
   */
  long emulatedNanos();

  /**
   * What devices wait for.
   *
   * @return a line that names each device and what it waits for; empty if none does
   */
  String waitsFor();

  /**
   * Lets the devices of a paused machine try again what failed.
   *
   * @return whether none waits any longer
   */
  boolean resume();
}
