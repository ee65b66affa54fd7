package org.jpc.emulator.motherboard;

import org.jpc.emulator.AbstractHardwareComponent;
import org.jpc.emulator.HardwareComponent;

/** Has ports, and does nothing. */
public abstract class IgnorantDevice extends AbstractHardwareComponent implements IODevice {
  private final int[] ports;
  private boolean registered;

  protected IgnorantDevice(int... ports) {
    this.ports = ports;
  }

  @Override
  public int ioPortRead8(int address) {
    return 0xFF;
  }

  @Override
  public int ioPortRead16(int address) {
    return 0xFFFF;
  }

  @Override
  public int ioPortRead32(int address) {
    return -1;
  }

  @Override
  public void ioPortWrite8(int address, int data) {}

  @Override
  public void ioPortWrite16(int address, int data) {}

  @Override
  public void ioPortWrite32(int address, int data) {}

  @Override
  public int[] ioPortsRequested() {
    return ports.clone();
  }

  @Override
  public boolean initialised() {
    return registered;
  }

  @Override
  public void acceptComponent(HardwareComponent component) {
    if (component instanceof IOPortHandler handler) {
      handler.registerIOPortCapable(this);
      registered = true;
    }
  }

  @Override
  public boolean updated() {
    return registered;
  }

  @Override
  public void updateComponent(HardwareComponent component) {
    acceptComponent(component);
  }

  @Override
  public void reset() {
    registered = false;
  }
}
