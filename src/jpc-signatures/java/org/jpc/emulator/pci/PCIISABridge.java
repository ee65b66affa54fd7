package org.jpc.emulator.pci;

import org.jpc.emulator.AbstractHardwareComponent;

public class PCIISABridge extends AbstractHardwareComponent {
  public PCIISABridge() {}
}
