package org.jpc.emulator.processor;

import org.jpc.emulator.AbstractHardwareComponent;
import org.jpc.emulator.HardwareComponent;
import org.jpc.emulator.memory.LinearAddressSpace;
import org.jpc.support.Clock;

/** Registers without an instruction. */
public class Processor extends AbstractHardwareComponent {
  private static final int TICKS = 1000;

  public final Reg r_eax = new Reg();
  public final Reg r_ebx = new Reg();
  public final Reg r_ecx = new Reg();
  public final Reg r_edx = new Reg();

  public boolean eflagsInterruptEnable;

  /** Of these the tests use ECX. */
  public final Reg[] regs = {r_eax, r_ecx};

  public LinearAddressSpace linearMemory;
  private Clock clock;
  private boolean interruptRequested;
  private boolean zero;
  private int cr0;
  private int cr3;

  @Override
  public boolean initialised() {
    return linearMemory != null && clock != null;
  }

  @Override
  public void acceptComponent(HardwareComponent component) {
    if (component instanceof LinearAddressSpace found) {
      linearMemory = found;
    } else if (component instanceof Clock found) {
      clock = found;
    }
  }

  public int getCR0() {
    return cr0;
  }

  public void setCR0(int value) {
    int changed = cr0 ^ value;
    cr0 = value;
    if (changed < 0) {
      linearMemory.setPagingEnabled(value < 0);
    }
    if ((changed & 1 << 16) != 0) {
      linearMemory.setWriteProtectPages((value & 1 << 16) != 0);
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
    linearMemory.setPageDirectoryBaseAddress(value);
  }

  public void setCR4(int value) {
    linearMemory.setPageSizeExtensionsEnabled((value & 1 << 4) != 0);
    linearMemory.setGlobalPagesEnabled((value & 1 << 7) != 0);
  }

  public int getCPL() {
    return 0;
  }

  public void raiseInterrupt() {
    interruptRequested = true;
  }

  public void clearInterrupt() {
    interruptRequested = false;
  }

  /** Does not look whether the CPU takes interrupts. */
  public void waitForInterrupt() {
    while (!interruptRequested) {
      clock.updateNowAndProcess(true);
    }
  }

  public boolean isProtectedMode() {
    return (cr0 & 1) != 0;
  }

  public boolean isVirtual8086Mode() {
    return false;
  }

  /** Takes none, but time passes. */
  public final boolean processRealModeInterrupts(int instructions) {
    clock.updateAndProcess(TICKS * instructions);
    return false;
  }

  public final void processProtectedModeInterrupts(int instructions) {
    processRealModeInterrupts(instructions);
  }

  public final boolean processVirtual8086ModeInterrupts(int instructions) {
    return processRealModeInterrupts(instructions);
  }

  public final void handleRealModeException(ProcessorException exception) {
    throw exception;
  }

  public final void handleProtectedModeException(ProcessorException exception) {
    throw exception;
  }

  public final void handleVirtual8086ModeException(ProcessorException exception) {
    throw exception;
  }

  public boolean zf() {
    return zero;
  }

  public void zf(boolean value) {
    zero = value;
  }

  public static final class Reg {
    private int value;

    public int get32() {
      return value;
    }

    public void set32(int next) {
      value = next;
    }
  }
}
