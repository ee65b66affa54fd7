package dev.virtio4j.pc;

/** What the CPU asks when it takes an external interrupt. */
interface InterruptController {

  /**
   * The interrupt acknowledge cycle.
   *
   * @return the vector, 0 to 255
   */
  int acknowledge();
}
