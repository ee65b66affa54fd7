package org.jpc.emulator.execution.decoder;

import org.jpc.emulator.processor.Processor;

/** [ESI] with ESI as after power-on. */
public final class Pointer {
  public int get32(Processor cpu) {
    return cpu.linearMemory.getDoubleWord(0);
  }

  public long get64(Processor cpu) {
    return cpu.linearMemory.getDoubleWord(0) & 0xFFFF_FFFFL
        | (long) cpu.linearMemory.getDoubleWord(4) << 32;
  }

  public void set64(Processor cpu, long value) {
    cpu.linearMemory.setDoubleWord(0, (int) value);
    cpu.linearMemory.setDoubleWord(4, (int) (value >> 32));
  }
}
