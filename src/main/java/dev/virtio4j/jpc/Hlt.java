package dev.virtio4j.jpc;

import org.jpc.emulator.execution.Executable;
import org.jpc.emulator.execution.decoder.OpcodeDecoder;
import org.jpc.emulator.execution.decoder.PeekableInputStream;
import org.jpc.emulator.processor.Processor;

/**
 * The instruction HLT.
 *
 * <p>Answers a fault: JPC goes on after a HLT if an interrupt is requested, even if the CPU takes
 * none. So a guest that powers off, which is HLT with interrupts off in a loop, runs for ever. This
 * can go when {@code Processor.waitForInterrupt} asks whether interrupts are on.
 */
final class Hlt extends Executable {
  /** F4 with operands of 16 or 32 bits and addresses of 16 or 32 bits. */
  private static final int[] ROWS = {0x0F4, 0x2F4, 0x4F4, 0x6F4};

  private final Executable original;

  private Hlt(int blockStart, int eip, Executable original) {
    super(blockStart, eip);
    this.original = original;
  }

  /**
   * Puts it into the tables of real and protected mode, which all PCs share.
   *
   * @throws ReflectiveOperationException if this JPC has no such tables
   */
  static void repair() throws ReflectiveOperationException {
    OpcodeTables.wrap(OpcodeTables.realMode(), ROWS, Decoder.class, Decoder::new);
    OpcodeTables.wrap(OpcodeTables.protectedMode(), ROWS, Decoder.class, Decoder::new);
  }

  /** The request may be forgotten: nothing but a reset comes after this. */
  @Override
  public Branch execute(Processor cpu) {
    if (!cpu.eflagsInterruptEnable && cpu.getCPL() == 0) {
      cpu.clearInterrupt();
    }
    return original.execute(cpu);
  }

  @Override
  public boolean isBranch() {
    return true;
  }

  /** Decodes F4. */
  private record Decoder(OpcodeDecoder original) implements OpcodeDecoder {
    @Override
    public Executable decodeOpcode(
        int blockStart, int eip, int prefixes, PeekableInputStream source) {
      return new Hlt(blockStart, eip, original.decodeOpcode(blockStart, eip, prefixes, source));
    }
  }
}
