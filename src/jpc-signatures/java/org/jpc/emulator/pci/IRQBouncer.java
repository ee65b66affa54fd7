package org.jpc.emulator.pci;

public interface IRQBouncer {
  void setIRQ(PCIDevice device, int irqNumber, int level);
}
