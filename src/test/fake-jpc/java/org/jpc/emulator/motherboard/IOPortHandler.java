package org.jpc.emulator.motherboard;

import java.util.HashMap;
import java.util.Map;
import org.jpc.emulator.AbstractHardwareComponent;

/** The first who asks for a port has it until he gives it back. */
public class IOPortHandler extends AbstractHardwareComponent implements IODevice {
  private final Map<Integer, IODevice> devices = new HashMap<>();

  @Override
  public int ioPortRead8(int address) {
    IODevice device = devices.get(address);
    return device == null ? 0xFF : device.ioPortRead8(address);
  }

  @Override
  public int ioPortRead16(int address) {
    IODevice device = devices.get(address);
    return device == null ? 0xFFFF : device.ioPortRead16(address);
  }

  @Override
  public int ioPortRead32(int address) {
    IODevice device = devices.get(address);
    return device == null ? -1 : device.ioPortRead32(address);
  }

  @Override
  public void ioPortWrite8(int address, int data) {
    if (devices.containsKey(address)) {
      devices.get(address).ioPortWrite8(address, data);
    }
  }

  @Override
  public void ioPortWrite16(int address, int data) {
    if (devices.containsKey(address)) {
      devices.get(address).ioPortWrite16(address, data);
    }
  }

  @Override
  public void ioPortWrite32(int address, int data) {
    if (devices.containsKey(address)) {
      devices.get(address).ioPortWrite32(address, data);
    }
  }

  @Override
  public int[] ioPortsRequested() {
    return new int[0];
  }

  public void registerIOPortCapable(IODevice device) {
    for (int port : device.ioPortsRequested()) {
      devices.putIfAbsent(port, device);
    }
  }

  public void deregisterIOPortCapable(IODevice device) {
    for (int port : device.ioPortsRequested()) {
      devices.remove(port, device);
    }
  }

  @Override
  public void reset() {
    devices.clear();
  }
}
