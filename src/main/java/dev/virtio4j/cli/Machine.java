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
   * Why the machine is paused.
   *
   * @return a line that names the device and what it waits for
   */
  String waitsFor();

  /**
   * Lets the devices of a paused machine try again what failed.
   *
   * @return whether none waits any longer
   */
  boolean resume();
}
