package org.jpc.emulator.execution.decoder;

public class Modrm {
  public static native boolean isMem(int modrm);

  public static native int Ed(int modrm);

  public static native Pointer getPointer(int prefixes, int modrm, PeekableInputStream input);
}
