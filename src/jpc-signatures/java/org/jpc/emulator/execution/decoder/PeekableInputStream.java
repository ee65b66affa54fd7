package org.jpc.emulator.execution.decoder;

public interface PeekableInputStream {
  int peek();

  int readU8();

  long getAddress();
}
