package dev.virtio4j.jpc;

import org.jpc.emulator.execution.Executable;
import org.jpc.emulator.execution.decoder.OpcodeDecoder;
import org.jpc.emulator.execution.decoder.PeekableInputStream;

/**
 * Answers a fault: with 32-bit operands, JPC takes 0F C7 /1 for CMPXCHG8B only with the prefix F2,
 * which means nothing there, and else, as LOCK CMPXCHG8B, for an opcode that is invalid. Linux for
 * a Pentium uses it all over. So it is decoded as if it had that prefix. This can go when {@code
 * ExecutableTables} has it in the rows 3C7 and 7C7 of protected mode.
 */
final class Cmpxchg8bDecoder implements OpcodeDecoder {
  /** 0F C7 with 32-bit operands, and with 16-bit and 32-bit addresses. */
  private static final int[] ROWS = {0x3C7, 0x7C7};

  /** What decoders are told of a prefix F2. */
  private static final int REPNE = 1 << 6;

  private final OpcodeDecoder original;

  private Cmpxchg8bDecoder(OpcodeDecoder original) {
    this.original = original;
  }

  /**
   * Changes the decoder that all PCs share.
   *
   * @throws ReflectiveOperationException if this JPC has no such decoder
   */
  static void repair() throws ReflectiveOperationException {
    OpcodeDecoder[] table = OpcodeTables.protectedMode();
    for (int row : ROWS) {
      if (!(table[row] instanceof Cmpxchg8bDecoder)) {
        table[row] = new Cmpxchg8bDecoder(table[row]);
      }
    }
  }

  @Override
  public Executable decodeOpcode(
      int blockStart, int eip, int prefixes, PeekableInputStream source) {
    int modrm = source.peek() & 0xFF;
    boolean cmpxchg8b = modrm < 0xC0 && (modrm >> 3 & 7) == 1;
    return original.decodeOpcode(blockStart, eip, cmpxchg8b ? prefixes | REPNE : prefixes, source);
  }
}
