package org.jpc.emulator.processor;

import org.jpc.emulator.AbstractHardwareComponent;

/** In JPC this implements HardwareComponent by itself, which matters to nobody here. */
public class Processor extends AbstractHardwareComponent {
  public final Reg r_eax = null;
  public final Reg r_ebx = null;
  public final Reg r_ecx = null;
  public final Reg r_edx = null;
  public final Reg[] regs = null;

  public boolean eflagsInterruptEnable;

  public native boolean zf();

  public native void zf(boolean value);

  public native int getCR0();

  public native void setCR0(int value);

  public native int getCR3();

  public native void setCR3(int value);

  public native void setCR4(int value);

  public native int getCPL();

  public native void raiseInterrupt();

  public native void clearInterrupt();

  public native boolean isProtectedMode();

  public native boolean isVirtual8086Mode();

  public final native boolean processRealModeInterrupts(int instructions);

  public final native void processProtectedModeInterrupts(int instructions);

  public final native boolean processVirtual8086ModeInterrupts(int instructions);

  public final native void handleRealModeException(ProcessorException exception);

  public final native void handleProtectedModeException(ProcessorException exception);

  public final native void handleVirtual8086ModeException(ProcessorException exception);

  public static final class Reg {
    public native int get32();

    public native void set32(int value);
  }
}
