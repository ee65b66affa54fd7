package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.EAX;
import static dev.virtio4j.pc.cpu.Registers.ECX;
import static dev.virtio4j.pc.cpu.Registers.EDI;
import static dev.virtio4j.pc.cpu.Registers.EDX;
import static dev.virtio4j.pc.cpu.Registers.ES;
import static dev.virtio4j.pc.cpu.Registers.ESI;

import dev.virtio4j.pc.memory.PhysicalMemory;

/**
 * The string instructions. A repeated one works in bulk where source and destination are RAM, and
 * registers are right at every element at which it can fault. After {@link #MAX_ELEMENTS} it lets
 * interrupts in.
 */
final class StringUnit {
  static final int MOVS = 0;
  static final int CMPS = 1;
  static final int STOS = 2;
  static final int LODS = 3;
  static final int SCAS = 4;
  static final int INS = 5;
  static final int OUTS = 6;

  /** How many elements a repeated instruction does before it lets interrupts in. */
  private static final int MAX_ELEMENTS = 4096;

  private final Cpu cpu;
  private final Registers registers;
  private final int[] r;
  private final Alu alu;
  private final Mmu mmu;
  private final byte[] ram;

  StringUnit(Cpu cpu) {
    this.cpu = cpu;
    registers = cpu.registers;
    r = registers.r;
    alu = cpu.alu;
    mmu = cpu.mmu;
    ram = cpu.memory.ram;
  }

  /** The kind of a string instruction by its opcode. */
  static int kindOf(int opcode) {
    return switch (opcode & 0xFE) {
      case 0xA4 -> MOVS;
      case 0xA6 -> CMPS;
      case 0xAA -> STOS;
      case 0xAC -> LODS;
      case 0xAE -> SCAS;
      case 0x6C -> INS;
      default -> OUTS;
    };
  }

  /**
   * Does one element.
   *
   * @param kind which instruction
   * @param width 1, 2 or 4 bytes
   * @param narrow whether addresses have 16 bits
   * @param segment the segment of the source
   */
  void once(int kind, int width, boolean narrow, int segment) {
    int step = (registers.flags & Registers.DF) != 0 ? -width : width;
    int mask = narrow ? 0xFFFF : -1;
    switch (kind) {
      case MOVS -> {
        int value = load(segment, r[ESI] & mask, width);
        store(r[EDI] & mask, value, width);
        advance(ESI, step, mask);
        advance(EDI, step, mask);
      }
      case CMPS -> {
        int source = load(segment, r[ESI] & mask, width);
        int destination = load(ES, r[EDI] & mask, width);
        compare(source, destination, width);
        advance(ESI, step, mask);
        advance(EDI, step, mask);
      }
      case STOS -> {
        store(r[EDI] & mask, r[EAX], width);
        advance(EDI, step, mask);
      }
      case LODS -> {
        int value = load(segment, r[ESI] & mask, width);
        if (width == 4) {
          r[EAX] = value;
        } else if (width == 2) {
          Interpreter.set16(r, EAX, value);
        } else {
          Interpreter.set8(r, EAX, value);
        }
        advance(ESI, step, mask);
      }
      case SCAS -> {
        compare(r[EAX], load(ES, r[EDI] & mask, width), width);
        advance(EDI, step, mask);
      }
      case INS -> {
        cpu.io.check(r[EDX] & 0xFFFF, width);
        mmu.checkWrite(cpu.linear(ES, r[EDI] & mask, width, true), width);
        store(r[EDI] & mask, cpu.io.in(r[EDX] & 0xFFFF, width), width);
        advance(EDI, step, mask);
      }
      default -> {
        cpu.io.check(r[EDX] & 0xFFFF, width);
        cpu.io.out(r[EDX] & 0xFFFF, width, load(segment, r[ESI] & mask, width));
        advance(ESI, step, mask);
      }
    }
  }

  /**
   * Does a repeated instruction, or some of it.
   *
   * @param repeat 0 for none, 1 for REP and REPE, 2 for REPNE
   * @return whether it is finished
   */
  boolean repeated(int kind, int width, int repeat, boolean narrow, int segment) {
    if (repeat == 0) {
      once(kind, width, narrow, segment);
      return true;
    }
    int mask = narrow ? 0xFFFF : -1;
    int most = cpu.isTraced() ? 1 : MAX_ELEMENTS;
    for (int done = 0; done < most; ) {
      int left = r[ECX] & mask;
      if (left == 0) {
        return true;
      }
      int bulk =
          bulk(
              kind,
              width,
              narrow,
              segment,
              Integer.compareUnsigned(left, most - done) < 0 ? left : most - done);
      if (bulk == 0) {
        once(kind, width, narrow, segment);
        bulk = 1;
      }
      r[ECX] = narrow ? (r[ECX] & ~mask) | (left - bulk & mask) : left - bulk;
      done += bulk;
      if ((kind == CMPS || kind == SCAS) && alu.zero() == (repeat == 2)) {
        return true;
      }
    }
    return (r[ECX] & mask) == 0;
  }

  /**
   * Copies or fills inside one page of the destination and one of the source, upwards.
   *
   * @param elements at most so many, at least 1
   * @return how many elements were done; 0 where the slow way must do it
   */
  private int bulk(int kind, int width, boolean narrow, int segment, int elements) {
    if ((kind != MOVS && kind != STOS)
        || narrow
        || elements < 4
        || (registers.flags & Registers.DF) != 0) {
      return 0;
    }
    int destination = cpu.linear(ES, r[EDI], width, true);
    int bytes = Math.min(elements * width, 4096 - (destination & 0xFFF));
    int source = 0;
    if (kind == MOVS) {
      source = cpu.linear(segment, r[ESI], width, false);
      bytes = Math.min(bytes, 4096 - (source & 0xFFF));
    }
    int count = bytes / width;
    bytes = count * width;
    if (count < 4 || !cpu.allows(ES, r[EDI], bytes, true)) {
      return 0;
    }
    int from = 0;
    if (kind == MOVS) {
      if (!cpu.allows(segment, r[ESI], bytes, false)) {
        return 0;
      }
      from = mmu.readIndex(source);
    }
    int to = mmu.writeIndex(destination);
    if (from < 0 || to < 0 || (kind == MOVS && from < to && from + bytes > to)) {
      return 0;
    }
    if (kind == MOVS) {
      System.arraycopy(ram, from, ram, to, bytes);
      r[ESI] += bytes;
    } else {
      fill(to, bytes, width);
    }
    r[EDI] += bytes;
    return count;
  }

  /** Puts down one element, then copies what is there behind it, ever more at a time. */
  private void fill(int to, int bytes, int width) {
    switch (width) {
      case 1 -> ram[to] = (byte) r[EAX];
      case 2 -> PhysicalMemory.INT16.set(ram, to, (short) r[EAX]);
      default -> PhysicalMemory.INT32.set(ram, to, r[EAX]);
    }
    for (int done = width; done < bytes; done *= 2) {
      System.arraycopy(ram, to, ram, to + done, Math.min(done, bytes - done));
    }
  }

  private void advance(int register, int step, int mask) {
    r[register] = (r[register] & ~mask) | (r[register] + step & mask);
  }

  private void compare(int a, int b, int width) {
    if (width == 4) {
      alu.sub(a, b);
    } else {
      alu.aluNarrow(7, a, b, 32 - 8 * width);
    }
  }

  private int load(int segment, int offset, int width) {
    int linear = cpu.linear(segment, offset, width, false);
    return switch (width) {
      case 1 -> mmu.load8(linear);
      case 2 -> mmu.load16(linear);
      default -> mmu.load32(linear);
    };
  }

  private void store(int offset, int value, int width) {
    int linear = cpu.linear(ES, offset, width, true);
    switch (width) {
      case 1 -> mmu.store8(linear, value);
      case 2 -> mmu.store16(linear, value);
      default -> mmu.store32(linear, value);
    }
  }
}
