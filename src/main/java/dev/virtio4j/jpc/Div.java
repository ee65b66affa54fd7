package dev.virtio4j.jpc;

import java.util.function.ToIntFunction;
import org.jpc.emulator.execution.Executable;
import org.jpc.emulator.execution.decoder.Modrm;
import org.jpc.emulator.execution.decoder.OpcodeDecoder;
import org.jpc.emulator.execution.decoder.PeekableInputStream;
import org.jpc.emulator.execution.decoder.Pointer;
import org.jpc.emulator.processor.Processor;
import org.jpc.emulator.processor.ProcessorException;

/**
 * The instruction DIV with 32-bit operands.
 *
 * <p>Answers a fault: JPC divides EDX:EAX as a signed number, so that one with its highest bit set
 * is a divide error. Linux divides times so when it counts what a process took, and stops. This can
 * go when {@code div_Ed} and {@code div_Ed_mem} use {@code Long.divideUnsigned}.
 */
final class Div extends Executable {
  /** F7 with 32-bit operands and addresses of 16 or 32 bits. */
  private static final int[] ROWS = {0x2F7, 0x6F7};

  private static final int DIV = 6;

  private final ToIntFunction<Processor> operand;

  private Div(int blockStart, int eip, ToIntFunction<Processor> operand) {
    super(blockStart, eip);
    this.operand = operand;
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

  @Override
  public Branch execute(Processor cpu) {
    int divisor = operand.applyAsInt(cpu);
    int high = cpu.r_edx.get32();
    if (Integer.compareUnsigned(high, divisor) >= 0) {
      throw ProcessorException.DIVIDE_ERROR; // by 0, or the quotient has more than 32 bits
    }
    long dividend = (long) high << 32 | Integer.toUnsignedLong(cpu.r_eax.get32());
    long unsigned = Integer.toUnsignedLong(divisor);
    cpu.r_eax.set32((int) Long.divideUnsigned(dividend, unsigned));
    cpu.r_edx.set32((int) Long.remainderUnsigned(dividend, unsigned));
    return Branch.None;
  }

  /** Decodes F7. */
  private record Decoder(OpcodeDecoder original) implements OpcodeDecoder {
    @Override
    public Executable decodeOpcode(
        int blockStart, int eip, int prefixes, PeekableInputStream source) {
      if ((source.peek() >> 3 & 7) != DIV) {
        return original.decodeOpcode(blockStart, eip, prefixes, source);
      }
      int modrm = source.readU8();
      if (Modrm.isMem(modrm)) {
        Pointer memory = Modrm.getPointer(prefixes, modrm, source);
        return new Div(blockStart, eip, memory::get32);
      }
      int register = Modrm.Ed(modrm);
      return new Div(blockStart, eip, cpu -> cpu.regs[register].get32());
    }
  }
}
