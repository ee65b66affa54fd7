package org.jpc.emulator.execution.decoder;

import org.jpc.emulator.execution.Executable;

public interface OpcodeDecoder {
  Executable decodeOpcode(int blockStart, int eip, int prefices, PeekableInputStream source);
}
