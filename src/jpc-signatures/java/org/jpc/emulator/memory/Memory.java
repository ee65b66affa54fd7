package org.jpc.emulator.memory;

public interface Memory {
  int getDoubleWord(int offset);

  long getQuadWord(int offset);

  void setDoubleWord(int offset, int data);

  void setQuadWord(int offset, long data);
}
