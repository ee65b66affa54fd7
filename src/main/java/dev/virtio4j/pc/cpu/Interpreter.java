package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.ESP;

/**
 * Runs blocks of micro-operations. Does not allocate.
 *
 * <p>{@link #run} is the hot loop of the whole machine. HotSpot does not compile a method of more
 * than 8000 bytes, so what is rare stands in {@link RareOperations} and {@link BlockEnds}.
 */
final class Interpreter {
  /** How a block was left: out of its last instruction, or before it because of the limit. */
  private static final int AT_LIMIT = 0;

  /**
   * A limit that says: finish the instruction at hand, the block is no longer what memory holds.
   */
  private static final int DROPPED = -1;

  private static final int TAKEN = 1;
  private static final int ONWARD = 2;
  private static final int ELSEWHERE = 3;

  private final Cpu cpu;
  private final Registers registers;
  private final int[] r;
  private final Alu alu;
  private final Mmu mmu;
  private final RareOperations rare;
  private final BlockEnds ends;

  /** After how many runs a block is left to the {@link Translator}. */
  private final int hotAfter;

  /** The block that runs, and before which of its operations it must stop. */
  private Block current;

  private int limit;

  /**
   * Makes an interpreter.
   *
   * @param hotAfter after how many runs a block is left to the translator
   */
  Interpreter(Cpu cpu, RareOperations rare, BlockEnds ends, int hotAfter) {
    this.cpu = cpu;
    this.hotAfter = hotAfter;
    this.rare = rare;
    this.ends = ends;
    registers = cpu.registers;
    r = registers.r;
    alu = cpu.alu;
    mmu = cpu.mmu;
  }

  /** The blocks of some page were dropped: the one that runs must stop after this instruction. */
  void blocksDropped() {
    if (current != null && !current.valid) {
      limit = DROPPED;
    }
  }

  static int get8(int[] r, int register) {
    return (register & 12) == 4 ? r[register & 3] >> 8 & 0xFF : r[register] & 0xFF;
  }

  static void set8(int[] r, int register, int value) {
    if ((register & 12) == 4) {
      r[register & 3] = (r[register & 3] & 0xFFFF00FF) | (value & 0xFF) << 8;
    } else {
      r[register] = (r[register] & 0xFFFFFF00) | (value & 0xFF);
    }
  }

  static void set16(int[] r, int register, int value) {
    r[register] = (r[register] & 0xFFFF0000) | (value & 0xFFFF);
  }

  /** The address that an operation names. */
  static int address(int[] r, int h, int displacement) {
    return r[h >>> 17 & 15] + (r[h >>> 21 & 15] << (h >>> 25 & 3)) + displacement;
  }

  /**
   * Runs until so many instructions have retired in all, or an instruction ended that may have
   * changed more than registers and memory, or a block follows that is hot. A fault leaves EIP at
   * the instruction that caused it.
   *
   * @param start the block at EIP
   * @param from the operation in it at which to begin; what comes before it was done
   * @param until the count of retired instructions at which to stop, more than the present one
   */
  void run(Block start, int from, long until) {
    final int[] r = this.r;
    final Alu alu = this.alu;
    final Mmu mmu = this.mmu;
    int entry = registers.eip;
    long retired = cpu.retired;
    Block block = start;
    int i = from;
    try {
      for (; ; ) {
        final long[] code = block.code;
        final long left = until - retired;
        int instructions = (int) Math.min(left, block.count);
        limit = block.first[instructions];
        current = block;
        int exit = AT_LIMIT;
        int target = 0;
        long w = 0;
        operations:
        for (; ; ) {
          while (i < limit) {
            w = code[i++];
            final int h = (int) (w >>> 32);
            final int a = h >>> 9 & 15;
            final int b = h >>> 13 & 15;
            final int operation = h & 0x1FF;
            // three switches: HotSpot's first compiler tries the cases of one in a row
            if (operation < Op.ADD) {
              switch (operation) {
                case Op.MOV:
                  r[a] = r[b];
                  break;
                case Op.MOVI:
                  r[a] = (int) w;
                  break;
                case Op.LEA:
                  r[a] = address(r, h, (int) w);
                  break;
                case Op.MOV8:
                  set8(r, a, get8(r, b));
                  break;
                case Op.MOV8I:
                  set8(r, a, (int) w);
                  break;
                case Op.MOVZX8:
                  r[a] = get8(r, b);
                  break;
                case Op.MOVSX8:
                  r[a] = (byte) get8(r, b);
                  break;
                case Op.MOVZX16:
                  r[a] = r[b] & 0xFFFF;
                  break;
                case Op.MOVSX16:
                  r[a] = (short) r[b];
                  break;
                case Op.LOAD32:
                  r[a] = mmu.load32(address(r, h, (int) w));
                  break;
                case Op.LOADZX16:
                  r[a] = mmu.load16(address(r, h, (int) w));
                  break;
                case Op.LOADSX16:
                  r[a] = (short) mmu.load16(address(r, h, (int) w));
                  break;
                case Op.LOADZX8:
                  r[a] = mmu.load8(address(r, h, (int) w));
                  break;
                case Op.LOADSX8:
                  r[a] = (byte) mmu.load8(address(r, h, (int) w));
                  break;
                case Op.LOAD16:
                  set16(r, a, mmu.load16(address(r, h, (int) w)));
                  break;
                case Op.LOAD8:
                  set8(r, a, mmu.load8(address(r, h, (int) w)));
                  break;
                case Op.STORE32:
                  mmu.store32(address(r, h, (int) w), r[b]);
                  break;
                case Op.STORE16:
                  mmu.store16(address(r, h, (int) w), r[b]);
                  break;
                case Op.STORE8:
                  mmu.store8(address(r, h, (int) w), get8(r, b));
                  break;
                case Op.MODIFY32:
                  r[a] = mmu.loadForStore32(address(r, h, (int) w));
                  break;
                case Op.MODIFY16:
                  r[a] = mmu.loadForStore16(address(r, h, (int) w));
                  break;
                case Op.MODIFY8:
                  r[a] = mmu.loadForStore8(address(r, h, (int) w));
                  break;
              }
            } else if (operation < Op.JCC) {
              switch (operation) {
                case Op.ADD:
                  r[a] = alu.add(r[a], r[b]);
                  break;
                case Op.OR:
                  r[a] = alu.or(r[a], r[b]);
                  break;
                case Op.ADC:
                  r[a] = alu.adc(r[a], r[b]);
                  break;
                case Op.SBB:
                  r[a] = alu.sbb(r[a], r[b]);
                  break;
                case Op.AND:
                  r[a] = alu.and(r[a], r[b]);
                  break;
                case Op.SUB:
                  r[a] = alu.sub(r[a], r[b]);
                  break;
                case Op.XOR:
                  r[a] = alu.xor(r[a], r[b]);
                  break;
                case Op.CMP:
                  alu.sub(r[a], r[b]);
                  break;
                case Op.ADDI:
                  r[a] = alu.add(r[a], (int) w);
                  break;
                case Op.ORI:
                  r[a] = alu.or(r[a], (int) w);
                  break;
                case Op.ADCI:
                  r[a] = alu.adc(r[a], (int) w);
                  break;
                case Op.SBBI:
                  r[a] = alu.sbb(r[a], (int) w);
                  break;
                case Op.ANDI:
                  r[a] = alu.and(r[a], (int) w);
                  break;
                case Op.SUBI:
                  r[a] = alu.sub(r[a], (int) w);
                  break;
                case Op.XORI:
                  r[a] = alu.xor(r[a], (int) w);
                  break;
                case Op.CMPI:
                  alu.sub(r[a], (int) w);
                  break;
                case Op.TEST:
                  alu.and(r[a], r[b]);
                  break;
                case Op.TESTI:
                  alu.and(r[a], (int) w);
                  break;
                case Op.CMP8:
                  alu.cmp8(get8(r, a), get8(r, b));
                  break;
                case Op.CMP8I:
                  alu.cmp8(get8(r, a), (int) w);
                  break;
                case Op.TEST8:
                  alu.test8(get8(r, a), get8(r, b));
                  break;
                case Op.TEST8I:
                  alu.test8(get8(r, a), (int) w);
                  break;
                case Op.INC:
                  r[a] = alu.inc(r[a]);
                  break;
                case Op.DEC:
                  r[a] = alu.dec(r[a]);
                  break;
                case Op.SHLI:
                  r[a] = alu.shl(r[a], (int) w);
                  break;
                case Op.SHRI:
                  r[a] = alu.shr(r[a], (int) w);
                  break;
                case Op.SARI:
                  r[a] = alu.sar(r[a], (int) w);
                  break;
                case Op.IMUL:
                  r[a] = alu.imul(r[a], r[b]);
                  break;
                case Op.ALU8:
                  set8(r, a, alu.aluNarrow(h >>> 17 & 15, get8(r, a), get8(r, b), 24));
                  break;
                case Op.ALU8I:
                  set8(r, a, alu.aluNarrow(h >>> 17 & 15, get8(r, a), (int) w, 24));
                  break;
                case Op.ALU16:
                  set16(r, a, alu.aluNarrow(h >>> 17 & 15, r[a], r[b], 16));
                  break;
                case Op.ALU16I:
                  set16(r, a, alu.aluNarrow(h >>> 17 & 15, r[a], (int) w, 16));
                  break;
                case Op.SETCC:
                  set8(r, a, alu.condition(h >>> 17 & 15) ? 1 : 0);
                  break;
                case Op.CMOV:
                  if (alu.condition(h >>> 17 & 15)) {
                    r[a] = r[b];
                  }
                  break;
                case Op.PUSH:
                  mmu.store32(r[ESP] - 4, r[b]);
                  r[ESP] -= 4;
                  break;
                case Op.PUSHI:
                  mmu.store32(r[ESP] - 4, (int) w);
                  r[ESP] -= 4;
                  break;
                case Op.POP:
                  {
                    int value = mmu.load32(r[ESP]);
                    r[ESP] += 4;
                    r[a] = value;
                    break;
                  }
                case Op.LINEAR:
                  r[a] = rare.linear(h, address(r, h, (int) w));
                  break;
              }
            } else {
              switch (operation) {
                case Op.JCC:
                  exit = alu.overflow() ? TAKEN : ONWARD;
                  break operations;
                case Op.JCC + 1:
                  exit = alu.overflow() ? ONWARD : TAKEN;
                  break operations;
                case Op.JCC + 2:
                  exit = alu.carry() ? TAKEN : ONWARD;
                  break operations;
                case Op.JCC + 3:
                  exit = alu.carry() ? ONWARD : TAKEN;
                  break operations;
                case Op.JCC + 4:
                  exit = alu.zero() ? TAKEN : ONWARD;
                  break operations;
                case Op.JCC + 5:
                  exit = alu.zero() ? ONWARD : TAKEN;
                  break operations;
                case Op.JCC + 6:
                  exit = alu.belowOrEqual() ? TAKEN : ONWARD;
                  break operations;
                case Op.JCC + 7:
                  exit = alu.belowOrEqual() ? ONWARD : TAKEN;
                  break operations;
                case Op.JCC + 8:
                  exit = alu.sign() ? TAKEN : ONWARD;
                  break operations;
                case Op.JCC + 9:
                  exit = alu.sign() ? ONWARD : TAKEN;
                  break operations;
                case Op.JCC + 10:
                  exit = alu.parity() ? TAKEN : ONWARD;
                  break operations;
                case Op.JCC + 11:
                  exit = alu.parity() ? ONWARD : TAKEN;
                  break operations;
                case Op.JCC + 12:
                  exit = alu.less() ? TAKEN : ONWARD;
                  break operations;
                case Op.JCC + 13:
                  exit = alu.less() ? ONWARD : TAKEN;
                  break operations;
                case Op.JCC + 14:
                  exit = alu.lessOrEqual() ? TAKEN : ONWARD;
                  break operations;
                case Op.JCC + 15:
                  exit = alu.lessOrEqual() ? ONWARD : TAKEN;
                  break operations;
                case Op.JMP:
                  exit = TAKEN;
                  break operations;
                case Op.JMPR:
                  target = r[b];
                  exit = ELSEWHERE;
                  break operations;
                case Op.CALL:
                  mmu.store32(r[ESP] - 4, entry + block.length);
                  r[ESP] -= 4;
                  exit = TAKEN;
                  break operations;
                case Op.CALLR:
                  target = r[b];
                  mmu.store32(r[ESP] - 4, entry + block.length);
                  r[ESP] -= 4;
                  exit = ELSEWHERE;
                  break operations;
                case Op.RET:
                  target = mmu.load32(r[ESP]);
                  r[ESP] += 4 + (int) w;
                  exit = ELSEWHERE;
                  break operations;
                case Op.NEXT:
                  exit = ONWARD;
                  break operations;
                default:
                  if ((h & 0x1FF) < Op.FIRST_END) {
                    rare.execute(h, (int) w, entry + block.length);
                  } else {
                    cpu.retired = retired;
                    end(block, entry);
                    current = null;
                    return;
                  }
              }
            }
          }
          if (limit != DROPPED) {
            break;
          }
          instructions = block.instructionOf(i - 1) + 1;
          limit = block.first[instructions];
        }

        if (exit == AT_LIMIT) {
          stopAt(entry + block.offset[instructions], retired + instructions);
          return;
        }

        retired += block.count;
        int previous = entry;
        Block following = null;
        if (exit == TAKEN) {
          entry += (int) w;
          following = block.taken;
        } else if (exit == ONWARD) {
          entry += block.length;
          following = block.next;
        } else {
          entry = target;
        }
        if (retired >= until) {
          stopAt(entry, retired);
          return;
        }
        if (following == null || !following.valid) {
          Block before = block;
          block = null;
          block = cpu.block(entry);
          if (exit != ELSEWHERE && cpu.mayLink(previous, entry)) {
            before.link(block, exit == TAKEN);
          }
        } else {
          block = following;
        }
        if (++block.runs >= hotAfter) {
          stopAt(entry, retired);
          return;
        }
        i = 0;
      }
    } catch (GuestFault fault) {
      if (block != null) {
        int instruction = block.instructionOf(i - 1);
        retired += instruction;
        entry += block.offset[instruction];
      }
      stopAt(entry, retired);
      throw fault;
    }
  }

  /**
   * Does the last instruction of a block where that is one operation of the rarer kind. A fault
   * leaves EIP at it.
   *
   * @param block of which all other instructions were done, and have not been counted yet
   * @param entry its address
   */
  void end(Block block, int entry) {
    long operation = block.code[block.code.length - 1];
    int eip = entry + block.offset[block.count - 1];
    cpu.retired += block.count - 1;
    registers.eip = entry + block.length;
    try {
      ends.execute((int) (operation >>> 32), (int) operation, entry, eip);
    } catch (GuestFault fault) {
      registers.eip = eip;
      throw fault;
    }
    cpu.retired++;
  }

  private void stopAt(int eip, long retired) {
    registers.eip = eip;
    cpu.retired = retired;
    current = null;
  }
}
