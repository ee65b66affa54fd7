package org.jpc.emulator.processor;

import org.jpc.emulator.AbstractHardwareComponent;

/** In JPC this implements HardwareComponent by itself, which matters to nobody here. */
public class Processor extends AbstractHardwareComponent {
  public native int getCR0();

  public native void setCR0(int value);

  public native int getCR3();

  public native void setCR3(int value);

  public native void setCR4(int value);
}
