package org.jpc.emulator.motherboard;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jpc.emulator.AbstractHardwareComponent;
import org.jpc.emulator.HardwareComponent;

/** Shows its request registers at ports 20 and A0, whatever was asked for. */
public class InterruptController extends AbstractHardwareComponent implements IODevice {
  private static final int MASTER = 0x20;
  private static final int SLAVE = 0xA0;

  private boolean registered;
  private int requests;

  public void setIRQ(int irqNumber, int level) {
    if (irqNumber >= 0 && irqNumber < 16) {
      requests = (requests & ~(1 << irqNumber)) | (level << irqNumber);
    }
  }

  @Override
  public int ioPortRead8(int address) {
    return (address == MASTER ? requests : requests >>> 8) & 0xFF;
  }

  @Override
  public int ioPortRead16(int address) {
    return -1;
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
    return new int[] {MASTER, SLAVE};
  }

  @Override
  public boolean initialised() {
    return registered;
  }

  @Override
  public void acceptComponent(HardwareComponent component) {
    if (component instanceof IOPortHandler ports) {
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
    registered = false;
    requests = 0;
  }

  @Override
  public void saveState(DataOutput output) throws IOException {
    output.writeInt(requests);
  }

  @Override
  public void loadState(DataInput input) throws IOException {
    registered = false;
    requests = input.readInt();
  }
}
