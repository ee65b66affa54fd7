package dev.virtio4j.jpc;

import org.jpc.emulator.execution.Executable;
import org.jpc.emulator.execution.decoder.Modrm;
import org.jpc.emulator.execution.decoder.OpcodeDecoder;
import org.jpc.emulator.execution.decoder.PeekableInputStream;
import org.jpc.emulator.execution.decoder.Pointer;
import org.jpc.emulator.processor.Processor;

/**
 * The instruction CMPXCHG8B.
 *
 * <p>Answers three faults: JPC takes 0F C7 /1 for this instruction only with 16-bit operands or
 * with the prefix F2, and for an invalid opcode with LOCK; it leaves the base of the segment out;
 * and it ends with a NullPointerException if the TLB has no entry for the address. Linux for a
 * Pentium or newer uses the instruction all over. This can go when {@code ExecutableTables} has
 * {@code cmpxchg8b_M_mem} in the rows 3C7 and 7C7 whatever the prefix, and that goes by {@code
 * Pointer.get64}.
 */
final class Cmpxchg8b extends Executable {
  /** 0F C7 with operands of 16 or 32 bits and addresses of 16 or 32 bits. */
  private static final int[] ROWS = {0x1C7, 0x3C7, 0x5C7, 0x7C7};

  private final Pointer operand;

  private Cmpxchg8b(int blockStart, int eip, Pointer operand) {
    super(blockStart, eip);
    this.operand = operand;
  }

  /**
   * Puts it into the table of protected mode, which all PCs share.
   *
   * @throws ReflectiveOperationException if this JPC has no such table
   */
  static void repair() throws ReflectiveOperationException {
    OpcodeTables.wrap(OpcodeTables.protectedMode(), ROWS, Decoder.class, Decoder::new);
  }

  @Override
  public Branch execute(Processor cpu) {
    long found = operand.get64(cpu);
    boolean equal = found == pair(cpu.r_edx, cpu.r_eax);
    operand.set64(cpu, equal ? pair(cpu.r_ecx, cpu.r_ebx) : found); // as processors do, to fault
    if (!equal) {
      cpu.r_eax.set32((int) found);
      cpu.r_edx.set32((int) (found >>> 32));
    }
    cpu.zf(equal);
    return Branch.None;
  }

  private static long pair(Processor.Reg high, Processor.Reg low) {
    return (long) high.get32() << 32 | (low.get32() & 0xFFFF_FFFFL);
  }

  /** Decodes 0F C7. */
  private record Decoder(OpcodeDecoder original) implements OpcodeDecoder {
    @Override
    public Executable decodeOpcode(
        int blockStart, int eip, int prefixes, PeekableInputStream source) {
      int modrm = source.peek() & 0xFF;
      if (modrm >= 0xC0 || (modrm >> 3 & 7) != 1) {
        return original.decodeOpcode(blockStart, eip, prefixes, source);
      }
      return new Cmpxchg8b(blockStart, eip, Modrm.getPointer(prefixes, source.readU8(), source));
    }
  }
}
