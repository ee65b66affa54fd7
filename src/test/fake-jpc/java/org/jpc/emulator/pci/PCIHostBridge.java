package org.jpc.emulator.pci;

import org.jpc.emulator.motherboard.IgnorantDevice;

public class PCIHostBridge extends IgnorantDevice {
  public PCIHostBridge() {
    super(0xCF9);
  }
}
