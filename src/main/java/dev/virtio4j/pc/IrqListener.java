package dev.virtio4j.pc;

/** Sees what drives the inputs of the interrupt controllers. */
@FunctionalInterface
public interface IrqListener {

  /**
   * An input was driven.
   *
   * @param irq its number, 0 to 15
   * @param asserted its level, which may be the one that it had before
   */
  void driven(int irq, boolean asserted);
}
