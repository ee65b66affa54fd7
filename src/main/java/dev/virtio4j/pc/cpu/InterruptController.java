package dev.virtio4j.pc.cpu;

/** What the CPU asks when it takes an external interrupt. */
public interface InterruptController {

  /**
   * The interrupt acknowledge cycle.
   *
   * @return the vector, 0 to 255
   */
  int acknowledge();

  /**
   * Where an interrupt came in.
   *
   * @param vector what {@link #acknowledge} returned
   * @return the IRQ, 0 to 15
   */
  int irq(int vector);
}
