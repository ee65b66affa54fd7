package org.jpc.emulator.pci.peripheral;

import org.jpc.emulator.AbstractHardwareComponent;

/** In JPC this is a PCI device, which matters to nobody here. */
public class EthernetCard extends AbstractHardwareComponent {
  public native void checkForPackets();
}
