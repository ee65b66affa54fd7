package org.jpc.emulator.pci;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jpc.emulator.AbstractHardwareComponent;
import org.jpc.emulator.HardwareComponent;
import org.jpc.emulator.motherboard.IODevice;
import org.jpc.emulator.motherboard.IOPortHandler;

/** With the host bridge's ports CF8 and CFC, and the routes of the PIIX3 at 60 to 63 of slot 2. */
public class PCIBus extends AbstractHardwareComponent implements IODevice {
  private static final int ADDRESS = 0xCF8;
  private static final int DATA = 0xCFC;
  private static final int PIIX3 = 2 << 3;

  private PCIDevice[] devices = new PCIDevice[256];
  private PCIISABridge bridge;
  private boolean registered;
  private int address;

  public boolean registerDevice(PCIDevice device) {
    devices[device.getDeviceFunctionNumber()] = device;
    device.addIRQBouncer(bridge.makeBouncer());
    if (!(device.getIORegion(0) instanceof IOPortIORegion)) {
      throw new IllegalStateException("Unknown IORegion Type");
    }
    device.putConfigLong(0x10, device.getIORegion(0).getType());
    return true;
  }

  private PCIDevice device() {
    return devices[(address >>> 8) & 0xFF];
  }

  private int register(int port) {
    return (address & 0xFC) | (port & 3);
  }

  @Override
  public int ioPortRead8(int port) {
    return device() == null ? 0xFF : device().configReadByte(register(port)) & 0xFF;
  }

  @Override
  public int ioPortRead16(int port) {
    return device() == null ? 0xFFFF : device().configReadWord(register(port)) & 0xFFFF;
  }

  @Override
  public int ioPortRead32(int port) {
    return device() == null ? -1 : device().configReadLong(register(port));
  }

  @Override
  public void ioPortWrite8(int port, int data) {
    int register = register(port);
    if (((address >>> 8) & 0xFF) == PIIX3 && register >= 0x60 && register < 0x64) {
      bridge.route(register - 0x60, (byte) data);
    } else if (device() != null) {
      device().configWriteByte(register, (byte) data);
    }
  }

  @Override
  public void ioPortWrite16(int port, int data) {
    if (device() != null) {
      device().configWriteWord(register(port), (short) data);
    }
  }

  @Override
  public void ioPortWrite32(int port, int data) {
    if (port == ADDRESS) {
      address = data;
    } else if (device() != null) {
      device().configWriteLong(register(port), data);
    }
  }

  @Override
  public int[] ioPortsRequested() {
    return new int[] {ADDRESS, DATA, DATA + 1, DATA + 2, DATA + 3};
  }

  @Override
  public boolean initialised() {
    return bridge != null && registered;
  }

  @Override
  public void acceptComponent(HardwareComponent component) {
    if (component instanceof PCIISABridge found) {
      bridge = found;
    } else if (component instanceof IOPortHandler ports) {
      ports.registerIOPortCapable(this);
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
    bridge = null;
    registered = false;
    devices = new PCIDevice[256];
  }

  @Override
  public void saveState(DataOutput output) throws IOException {
    output.writeInt(address);
  }

  @Override
  public void loadState(DataInput input) throws IOException {
    devices = new PCIDevice[256];
    registered = false;
    address = input.readInt();
  }
}
