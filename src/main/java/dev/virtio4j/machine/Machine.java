package dev.virtio4j.machine;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.pc.StopReason;

/**
 * One power-on of a machine, made by a {@link Host} with its drives plugged in. It is booted or
 * loaded, and then run.
 */
public interface Machine extends Stateful {

  /**
   * Does what firmware does, and leaves the CPU at the first instruction of what it boots.
   *
   * @throws IllegalArgumentException if that does not fit the machine; the message says why
   */
  void boot();

  /**
   * Runs the guest on the calling thread until something stops it.
   *
   * @return what stopped it; after {@link StopReason#PAUSED} and {@link #resume} it may run again
   */
  StopReason run();

  /** Stops it soon, or keeps it from starting; any thread may call this. */
  void stop();

  /** Makes {@link #run} return {@link StopReason#PAUSED}; for work that the clock runs. */
  void pause();

  /**
   * The guest's time: nanoseconds since power-on. What is posted on it is done between two
   * instructions, soon, while the machine runs.
   *
   * @return the clock
   */
  EventClock clock();

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
