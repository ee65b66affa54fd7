package dev.virtio4j.pc.cpu;

import dev.virtio4j.pc.memory.PhysicalMemory;

/**
 * Decodes instructions into blocks of micro-operations ({@link Op}).
 *
 * <p>A block is decoded for a mode: whether code is 32 bits wide, and whether everything is flat
 * (CS, DS, ES and SS reach all 4 GiB from address 0, so that an offset is a linear address). Its
 * bytes come from one physical page; only a single instruction at the end of a page may reach into
 * the next, and is then a block of its own.
 *
 * <p>This class takes the prefixes and goes to an opcode map: {@link OneByteMap}, {@link
 * TwoByteMap}, or {@link EscapeMap} for the x87. All work on the {@link Instruction} that is being
 * read, whose bytes are {@link CodeBytes}, and add to the {@link BlockBuilder}.
 */
final class Decoder {
  static final int MAX_INSTRUCTIONS = 32;

  /** Bits of a mode. */
  static final int CODE32 = 1;

  static final int FLAT = 2;

  /** How many bytes an instruction may have. */
  private static final int MAX_LENGTH = 15;

  private static final int TWO_BYTE_ESCAPE = 0x0F;

  private final CodeBytes code;
  private final Instruction in;
  private final BlockBuilder out = new BlockBuilder();
  private final OneByteMap oneByteMap;
  private final TwoByteMap twoByteMap;

  Decoder(PhysicalMemory memory, Mmu mmu) {
    code = new CodeBytes(memory, mmu);
    in = new Instruction(code);
    oneByteMap = new OneByteMap(in, out);
    twoByteMap = new TwoByteMap(in, out);
  }

  /**
   * Decodes a block.
   *
   * @param linear the linear address of its first byte; faults if the first instruction reaches
   *     into a page that cannot be read
   * @param place where in memory that byte is; negative where nothing answers
   * @param mode for what mode
   * @param maximum at most so many instructions, 1 to {@link #MAX_INSTRUCTIONS}
   */
  Block decode(int linear, int place, int mode, int maximum) {
    code.begin(linear, place);
    out.begin();
    while (!out.ended() && out.count() < maximum && !code.crosses()) {
      code.beginInstruction(out.count() == 0);
      out.beginInstruction(code.offset());
      in.begin(mode);
      instruction();
      if (code.isCut()) {
        code.backTo(out.dropInstruction());
        break;
      }
      out.endInstruction();
    }
    return out.build(code.offset(), mode, code.nextPage());
  }

  private void instruction() {
    int opcode = in.fetch8();
    while (in.prefix(opcode)) {
      if (in.length() >= MAX_LENGTH) {
        out.fault(GuestFault.PROTECTION);
        return;
      }
      opcode = in.fetch8();
    }
    if (opcode == TWO_BYTE_ESCAPE) {
      twoByteMap.decode(in.fetch8());
    } else {
      oneByteMap.decode(opcode);
    }
    if (in.lock && !out.faults()) {
      out.undefined();
    } else if (in.length() > MAX_LENGTH) {
      out.fault(GuestFault.PROTECTION);
    }
  }
}
