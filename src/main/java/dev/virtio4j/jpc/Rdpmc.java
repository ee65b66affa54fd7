package dev.virtio4j.jpc;

import org.jpc.emulator.execution.Executable;
import org.jpc.emulator.execution.decoder.OpcodeDecoder;
import org.jpc.emulator.processor.Processor;

/**
 * The instruction RDPMC, of a performance counter that counts nothing.
 *
 * <p>Answers a fault: JPC says that it is a Pentium II, which has such counters, and fails at this
 * instruction. Linux counts cycles for a watchdog, and reads the counter when that ends, on the way
 * to power-off. This can go when {@code ExecutableTables} has the row 133, or CPUID another model.
 */
final class Rdpmc extends Executable {
  /** 0F 33 with operands of 16 or 32 bits and addresses of 16 or 32 bits. */
  private static final int[] ROWS = {0x133, 0x333, 0x533, 0x733};

  private Rdpmc(int blockStart, int eip) {
    super(blockStart, eip);
  }

  /**
   * Puts it into the table of protected mode, which all PCs share.
   *
   * @throws ReflectiveOperationException if this JPC has no such table
   */
  static void repair() throws ReflectiveOperationException {
    OpcodeDecoder[] table = OpcodeTables.protectedMode();
    for (int row : ROWS) {
      table[row] = (blockStart, eip, prefixes, source) -> new Rdpmc(blockStart, eip);
    }
  }

  @Override
  public Branch execute(Processor cpu) {
    cpu.r_eax.set32(0);
    cpu.r_edx.set32(0);
    return Branch.None;
  }
}
