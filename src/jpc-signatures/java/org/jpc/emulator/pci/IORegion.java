package org.jpc.emulator.pci;

public interface IORegion {
  int PCI_ADDRESS_SPACE_IO = 0x1;

  int getAddress();

  long getSize();

  int getType();

  int getRegionNumber();

  void setAddress(int address);
}
