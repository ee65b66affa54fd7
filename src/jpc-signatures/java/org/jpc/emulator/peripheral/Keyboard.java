package org.jpc.emulator.peripheral;

import org.jpc.emulator.AbstractHardwareComponent;
import org.jpc.emulator.motherboard.IODevice;

public class Keyboard extends AbstractHardwareComponent implements IODevice {
  @Override
  public native int ioPortRead8(int address);

  @Override
  public native int ioPortRead16(int address);

  @Override
  public native int ioPortRead32(int address);

  @Override
  public native void ioPortWrite8(int address, int data);

  @Override
  public native void ioPortWrite16(int address, int data);

  @Override
  public native void ioPortWrite32(int address, int data);

  @Override
  public native int[] ioPortsRequested();
}
