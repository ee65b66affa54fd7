package org.jpc.emulator.execution.decoder;

import java.util.Arrays;
import org.jpc.emulator.execution.Executable;

/** Knows CMPXCHG8B, and that only where JPC does. */
public class FastDecoder {
  private static final int REPNE = 1 << 6;

  static OpcodeDecoder[] pmOps = new OpcodeDecoder[0x800];

  static {
    Arrays.fill(pmOps, (OpcodeDecoder) FastDecoder::decode);
  }

  private static Executable decode(int start, int eip, int prefixes, PeekableInputStream in) {
    boolean memory = in.readU8() < 0xC0;
    return memory && (prefixes & REPNE) != 0 ? new cmpxchg8b_M_mem() : new InvalidOpcode();
  }

  /** Named as in JPC, where each instruction is a class. */
  private static final class cmpxchg8b_M_mem extends Executable {}

  private static final class InvalidOpcode extends Executable {}
}
