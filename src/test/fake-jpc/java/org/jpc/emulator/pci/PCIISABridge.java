package org.jpc.emulator.pci;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jpc.emulator.AbstractHardwareComponent;
import org.jpc.emulator.HardwareComponent;
import org.jpc.emulator.motherboard.InterruptController;

/** Routes as JPC's: with the swizzle of another slot, and with levels that outlive a reset. */
public class PCIISABridge extends AbstractHardwareComponent {
  private static final int PIRQS = 4;

  private final byte[] routes = {(byte) 0x80, 0, 0, 0};
  private final long[] levels = new long[PIRQS];
  private InterruptController controller;

  public PCIISABridge() {}

  IRQBouncer makeBouncer() {
    return this::setIRQ;
  }

  private void setIRQ(PCIDevice device, int irqNumber, int level) {
    int pirq = (irqNumber + (device.getDeviceFunctionNumber() >> 3)) & (PIRQS - 1);
    long bit = 1L << device.getIRQIndex();
    levels[pirq] = level == 0 ? levels[pirq] & ~bit : levels[pirq] | bit;
    int any = 0;
    for (int i = 0; i < PIRQS; i++) {
      any |= routes[i] == routes[pirq] && levels[i] != 0 ? 1 : 0;
    }
    controller.setIRQ(routes[pirq], any);
  }

  void route(int pirq, byte irq) {
    routes[pirq] = irq;
  }

  @Override
  public boolean initialised() {
    return controller != null;
  }

  @Override
  public void acceptComponent(HardwareComponent component) {
    if (component instanceof InterruptController found) {
      controller = found;
    }
  }

  @Override
  public void reset() {
    controller = null;
  }

  @Override
  public void saveState(DataOutput output) throws IOException {
    output.write(routes);
    for (long level : levels) {
      output.writeLong(level);
    }
  }

  @Override
  public void loadState(DataInput input) throws IOException {
    input.readFully(routes);
    for (int i = 0; i < PIRQS; i++) {
      levels[i] = input.readLong();
    }
  }
}
