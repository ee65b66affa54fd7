package dev.virtio4j.jpc;

import java.util.function.IntUnaryOperator;
import org.jpc.emulator.execution.Executable;
import org.jpc.emulator.execution.decoder.OpcodeDecoder;
import org.jpc.emulator.execution.decoder.PeekableInputStream;
import org.jpc.emulator.execution.decoder.Prefices;

/**
 * Answers a fault: JPC has some instructions in protected mode only, and ends with {@code
 * Unimplemented opcode} in real mode, where SeaBIOS runs code that a 32-bit compiler made. As they
 * do the same there, they are taken from protected mode. This can go when {@code
 * ExecutableTables.populateRMOpcodes} has them.
 */
final class RealMode {
  /** F3 90. */
  private static final int[] PAUSE = {0x090, 0x290, 0x490, 0x690};

  /** 0F 31. */
  private static final int[] RDTSC = {0x131, 0x331, 0x531, 0x731};

  /** 0F 01 /0 with 32-bit operands. */
  private static final int[] SGDT = {0x301, 0x701};

  /** 6C and 6D with 32-bit addresses. */
  private static final int[] INS = {0x46C, 0x46D, 0x66C, 0x66D};

  /** 6E and 6F with 32-bit addresses. */
  private static final int[] OUTS = {0x46E, 0x46F, 0x66E, 0x66F};

  private static final int ES = 0x26;

  private RealMode() {}

  /**
   * Changes the decoder that all PCs share.
   *
   * @throws ReflectiveOperationException if this JPC has no such decoder
   */
  static void repair() throws ReflectiveOperationException {
    borrow(RDTSC, (prefixes, modrm) -> true, IntUnaryOperator.identity());
    borrow(PAUSE, (prefixes, modrm) -> Prefices.isRep(prefixes), IntUnaryOperator.identity());
    borrow(
        SGDT,
        (prefixes, modrm) -> modrm < 0xC0 && (modrm >> 3 & 7) == 0,
        IntUnaryOperator.identity());
    borrow(OUTS, (prefixes, modrm) -> true, IntUnaryOperator.identity());
    // JPC takes the segment of INS from a prefix, and DS without one, as for OUTS; it is always ES.
    borrow(INS, (prefixes, modrm) -> true, prefixes -> Prefices.encodePrefix(prefixes, ES));
  }

  private static void borrow(int[] rows, Condition when, IntUnaryOperator prefixes)
      throws ReflectiveOperationException {
    OpcodeDecoder[] realMode = OpcodeTables.realMode();
    OpcodeDecoder[] protectedMode = OpcodeTables.protectedMode();
    for (int row : rows) {
      if (!(realMode[row] instanceof Borrowed)) {
        realMode[row] = new Borrowed(realMode[row], protectedMode[row], when, prefixes);
      }
    }
  }

  /** Whether an instruction is the one that is missing. */
  @FunctionalInterface
  private interface Condition {
    boolean applies(int prefixes, int modrm);
  }

  private record Borrowed(
      OpcodeDecoder realMode,
      OpcodeDecoder protectedMode,
      Condition when,
      IntUnaryOperator prefixes)
      implements OpcodeDecoder {
    @Override
    public Executable decodeOpcode(int blockStart, int eip, int given, PeekableInputStream source) {
      return when.applies(given, source.peek() & 0xFF)
          ? protectedMode.decodeOpcode(blockStart, eip, prefixes.applyAsInt(given), source)
          : realMode.decodeOpcode(blockStart, eip, given, source);
    }
  }
}
