package org.jpc.emulator.memory;

import org.jpc.emulator.execution.codeblock.SpanningCodeBlock;
import org.jpc.emulator.processor.Processor;

public abstract class AbstractMemory implements Memory {
  public abstract void lock(int address);

  public abstract void unlock(int address);

  public abstract void addSpanningBlock(SpanningCodeBlock block, int lengthRemaining);

  public abstract boolean isAllocated();

  public abstract void clear();

  public abstract long getSize();

  public abstract byte getByte(int offset);

  public abstract void setByte(int offset, byte data);

  public abstract void loadInitialContents(int address, byte[] buffer, int offset, int length);

  public abstract int executeReal(Processor cpu, int offset);

  public abstract int executeProtected(Processor cpu, int offset);

  public abstract int executeVirtual8086(Processor cpu, int offset);

  @Override
  public int getDoubleWord(int offset) {
    int value = 0;
    for (int i = 3; i >= 0; i--) {
      value = value << 8 | getByte(offset + i) & 0xFF;
    }
    return value;
  }

  @Override
  public void setDoubleWord(int offset, int data) {
    for (int i = 0; i < 4; i++) {
      setByte(offset + i, (byte) (data >> 8 * i));
    }
  }
}
