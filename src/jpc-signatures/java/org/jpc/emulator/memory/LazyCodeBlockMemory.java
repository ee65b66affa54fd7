package org.jpc.emulator.memory;

import org.jpc.emulator.execution.codeblock.CodeBlockManager;

/** In JPC this extends AbstractMemory, which matters to nobody here. */
public class LazyCodeBlockMemory implements Memory {
  public LazyCodeBlockMemory(int size, CodeBlockManager manager) {}

  @Override
  public native int getDoubleWord(int offset);

  @Override
  public native void setDoubleWord(int offset, int data);
}
