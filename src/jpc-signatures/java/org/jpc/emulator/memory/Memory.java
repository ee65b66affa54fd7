package org.jpc.emulator.memory;

public interface Memory {
  int getDoubleWord(int offset);

  void setDoubleWord(int offset, int data);
}
