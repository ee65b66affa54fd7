package org.jpc.emulator.execution.decoder;

public class Modrm {
  public static native Pointer getPointer(int prefixes, int modrm, PeekableInputStream input);
}
