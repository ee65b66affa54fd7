package dev.virtio4j.host;

/** A level-triggered interrupt line. */
@FunctionalInterface
public interface InterruptLine {

  /**
   * Drives the line. Setting the level that it already has changes nothing.
   *
   * @param asserted true while the device asks for an interrupt
   */
  void set(boolean asserted);
}
