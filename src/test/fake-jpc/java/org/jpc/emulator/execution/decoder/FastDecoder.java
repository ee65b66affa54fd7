package org.jpc.emulator.execution.decoder;

import java.util.Arrays;
import org.jpc.emulator.execution.Executable;
import org.jpc.emulator.processor.Processor;

/** Decodes nothing. */
public class FastDecoder {
  static OpcodeDecoder[] pmOps = new OpcodeDecoder[0x800];

  static {
    Arrays.fill(pmOps, (OpcodeDecoder) FastDecoder::decode);
  }

  private static Executable decode(int start, int eip, int prefixes, PeekableInputStream in) {
    return new Executable(start, eip) {
      @Override
      public Branch execute(Processor cpu) {
        throw new IllegalStateException("invalid opcode");
      }
    };
  }
}
