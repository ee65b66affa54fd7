package org.jpc.emulator;

public interface HardwareComponent extends Hibernatable {
  boolean initialised();

  void acceptComponent(HardwareComponent component);

  void reset();

  boolean updated();

  void updateComponent(HardwareComponent component);
}
