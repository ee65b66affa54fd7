package org.jpc.emulator;

public interface HardwareComponent extends Hibernatable {
  /**
   * Whether it has all the parts that it needs.
   *
   * @return whether it has
   */
  boolean initialised();

  /**
   * Introduces a part, when the PC is made and after a reset.
   *
   * @param component the part
   */
  void acceptComponent(HardwareComponent component);

  /** Power-on. */
  void reset();

  /**
   * Whether it has all the parts that it needs after a load.
   *
   * @return whether it has
   */
  boolean updated();

  /**
   * Introduces a part after a load.
   *
   * @param component the part
   */
  void updateComponent(HardwareComponent component);
}
