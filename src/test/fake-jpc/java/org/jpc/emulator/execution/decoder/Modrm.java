package org.jpc.emulator.execution.decoder;

/** Knows one operand in memory, [ESI]. */
public class Modrm {
  public static boolean isMem(int modrm) {
    return modrm < 0xC0;
  }

  public static int Ed(int modrm) {
    return modrm & 7;
  }

  public static Pointer getPointer(int prefixes, int modrm, PeekableInputStream input) {
    return new Pointer();
  }
}
