package org.jpc.emulator.execution;

import org.jpc.emulator.processor.Processor;

public abstract class Executable {
  public enum Branch {
    None
  }

  public Executable(int blockStart, int eip) {}

  public abstract Branch execute(Processor cpu);

  public native boolean isBranch();
}
