package org.jpc.emulator.execution.decoder;

public class Prefices {
  public static native boolean isRep(int prefixes);

  public static native int encodePrefix(int prefixes, int prefix);
}
