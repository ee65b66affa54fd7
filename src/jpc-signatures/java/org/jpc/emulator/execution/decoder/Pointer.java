package org.jpc.emulator.execution.decoder;

import org.jpc.emulator.processor.Processor;

public final class Pointer {
  public native int get32(Processor cpu);

  public native long get64(Processor cpu);

  public native void set64(Processor cpu, long value);
}
