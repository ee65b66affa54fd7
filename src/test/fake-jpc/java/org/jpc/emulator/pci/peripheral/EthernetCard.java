package org.jpc.emulator.pci.peripheral;

import org.jpc.emulator.AbstractHardwareComponent;

/** No PC has one. */
public class EthernetCard extends AbstractHardwareComponent {
  public void checkForPackets() {}
}
