package org.jpc.emulator.execution.decoder;

/** Knows one operand, [ESI]. */
public class Modrm {
  public static Pointer getPointer(int prefixes, int modrm, PeekableInputStream input) {
    return new Pointer();
  }
}
