package org.jpc.emulator.memory;

import org.jpc.emulator.execution.codeblock.SpanningCodeBlock;
import org.jpc.emulator.processor.Processor;

/** What Memory asks for and this leaves out is declared abstract here. */
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
  public native int getDoubleWord(int offset);

  @Override
  public native void setDoubleWord(int offset, int data);

  @Override
  public native long getQuadWord(int offset);

  @Override
  public native void setQuadWord(int offset, long data);
}
