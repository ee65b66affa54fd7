package org.jpc.emulator.processor;

import org.jpc.emulator.AbstractHardwareComponent;
import org.jpc.emulator.HardwareComponent;
import org.jpc.emulator.memory.LinearAddressSpace;

/** Control registers without an instruction. */
public class Processor extends AbstractHardwareComponent {
  private LinearAddressSpace linear;
  private int cr0;
  private int cr3;

  @Override
  public boolean initialised() {
    return linear != null;
  }

  @Override
  public void acceptComponent(HardwareComponent component) {
    if (component instanceof LinearAddressSpace found) {
      linear = found;
    }
  }

  public int getCR0() {
    return cr0;
  }

  public void setCR0(int value) {
    int changed = cr0 ^ value;
    cr0 = value;
    if (changed < 0) {
      linear.setPagingEnabled(value < 0);
    }
    if ((changed & 1 << 16) != 0) {
      linear.setWriteProtectPages((value & 1 << 16) != 0);
    }
    if ((changed & 1) != 0) {
      throw new ModeSwitchException();
    }
  }

  public int getCR3() {
    return cr3;
  }

  public void setCR3(int value) {
    cr3 = value;
    linear.setPageDirectoryBaseAddress(value);
  }

  public void setCR4(int value) {
    linear.setPageSizeExtensionsEnabled((value & 1 << 4) != 0);
    linear.setGlobalPagesEnabled((value & 1 << 7) != 0);
  }
}
