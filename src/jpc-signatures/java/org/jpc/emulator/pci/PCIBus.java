package org.jpc.emulator.pci;

import org.jpc.emulator.AbstractHardwareComponent;

public class PCIBus extends AbstractHardwareComponent {
  public native boolean registerDevice(PCIDevice device);
}
