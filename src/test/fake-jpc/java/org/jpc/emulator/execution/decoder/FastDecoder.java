package org.jpc.emulator.execution.decoder;

import java.util.Arrays;
import org.jpc.emulator.execution.Executable;
import org.jpc.emulator.processor.Processor;

/** Knows nothing of instructions but the mode that they are of, and HLT of protected mode. */
public class FastDecoder {
  static OpcodeDecoder[] pmOps = new OpcodeDecoder[0x800];
  static OpcodeDecoder[] rmOps = new OpcodeDecoder[0x800];

  static {
    Arrays.fill(pmOps, (OpcodeDecoder) (start, eip, prefixes, in) -> new OfProtectedMode());
    Arrays.fill(rmOps, (OpcodeDecoder) (start, eip, prefixes, in) -> new OfRealMode());
    pmOps[0x2F4] = (start, eip, prefixes, in) -> new Halt();
  }

  private static class OfProtectedMode extends Executable {
    OfProtectedMode() {
      super(0, 0);
    }

    @Override
    public Branch execute(Processor cpu) {
      return Branch.None;
    }
  }

  private static class Halt extends OfProtectedMode {
    @Override
    public Branch execute(Processor cpu) {
      cpu.waitForInterrupt();
      return Branch.None;
    }
  }

  private static class OfRealMode extends OfProtectedMode {}
}
