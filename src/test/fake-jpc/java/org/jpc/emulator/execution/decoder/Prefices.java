package org.jpc.emulator.execution.decoder;

public class Prefices {
  private static final int REP = 1 << 7;

  public static boolean isRep(int prefixes) {
    return (prefixes & REP) != 0;
  }

  public static int encodePrefix(int prefixes, int prefix) {
    return prefixes;
  }
}
