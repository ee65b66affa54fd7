package org.jpc.emulator.memory;

import org.jpc.emulator.execution.codeblock.CodeBlockManager;

/** What is RAM where it is mapped. */
public class LazyCodeBlockMemory implements Memory {
  public LazyCodeBlockMemory(int size, CodeBlockManager manager) {}

  @Override
  public int getDoubleWord(int offset) {
    return 0;
  }

  @Override
  public void setDoubleWord(int offset, int data) {}
}
