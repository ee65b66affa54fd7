package org.jpc.emulator.pci;

public interface PCIDevice {
  int getDeviceFunctionNumber();

  boolean autoAssignDeviceFunctionNumber();

  void assignDeviceFunctionNumber(int devFN);

  void deassignDeviceFunctionNumber();

  boolean configWriteByte(int address, byte data);

  boolean configWriteWord(int address, short data);

  boolean configWriteLong(int address, int data);

  byte configReadByte(int address);

  short configReadWord(int address);

  int configReadLong(int address);

  void putConfigByte(int address, byte data);

  void putConfigWord(int address, short data);

  void putConfigLong(int address, int data);

  IORegion[] getIORegions();

  IORegion getIORegion(int index);

  void setIRQIndex(int irqIndex);

  int getIRQIndex();

  void addIRQBouncer(IRQBouncer bouncer);

  IRQBouncer getIRQBouncer();
}
