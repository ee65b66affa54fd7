package org.jpc.emulator.motherboard;

import org.jpc.emulator.AbstractHardwareComponent;

public class InterruptController extends AbstractHardwareComponent {
  public native void setIRQ(int irqNumber, int level);
}
