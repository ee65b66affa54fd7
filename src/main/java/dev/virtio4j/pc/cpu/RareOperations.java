package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.EAX;
import static dev.virtio4j.pc.cpu.Registers.EBP;
import static dev.virtio4j.pc.cpu.Registers.EBX;
import static dev.virtio4j.pc.cpu.Registers.ECX;
import static dev.virtio4j.pc.cpu.Registers.EDI;
import static dev.virtio4j.pc.cpu.Registers.EDX;
import static dev.virtio4j.pc.cpu.Registers.ESP;
import static dev.virtio4j.pc.cpu.Registers.SS;
import static dev.virtio4j.pc.cpu.Registers.T0;
import static dev.virtio4j.pc.cpu.Registers.T1;
import static dev.virtio4j.pc.cpu.Registers.T2;

/**
 * The micro-operations that are not frequent enough for the interpreter's loop, and do not end a
 * block.
 */
final class RareOperations {
  private final Cpu cpu;
  private final Registers registers;
  private final int[] r;
  private final Alu alu;
  private final Shifter shifter;
  private final Mmu mmu;
  private final Stack stack;

  RareOperations(Cpu cpu) {
    this.cpu = cpu;
    registers = cpu.registers;
    r = registers.r;
    alu = cpu.alu;
    shifter = new Shifter(alu);
    mmu = cpu.mmu;
    stack = cpu.stack;
  }

  /**
   * The linear address of an operand, checked against its segment.
   *
   * @param h the high half of the LINEAR operation
   * @param offset the operand's offset
   */
  int linear(int h, int offset) {
    int length = Op.LENGTHS[h >>> 13 & 15];
    return cpu.linear(h >>> 27 & 7, offset, length, (h & 1 << 30) != 0);
  }

  /**
   * Executes an operation.
   *
   * @param h the high half of the operation
   * @param immediate its low half
   * @param nextEip the address of the instruction after the block
   */
  void execute(int h, int immediate, int nextEip) {
    final int a = h >>> 9 & 15;
    final int b = h >>> 13 & 15;
    final int c = h >>> 17 & 15;
    final int d = h >>> 21 & 15;
    switch (h & 0x1FF) {
      case Op.LINEAR16 -> r[a] = linear(h, Interpreter.address(r, h, immediate) & 0xFFFF);
      case Op.LEA16 -> r[a] = Interpreter.address(r, h, immediate) & 0xFFFF;
      case Op.MOV16 -> Interpreter.set16(r, a, r[b]);
      case Op.MOV16I -> Interpreter.set16(r, a, immediate);
      case Op.TEST16 -> alu.aluNarrow(4, r[a], r[b], 16);
      case Op.UNARY -> write(a, d, alu.unary(c, read(a, d), 32 - 8 * d));
      case Op.SHIFT -> write(a, d, shifter.shift(c, read(a, d), immediate, 8 * d));
      case Op.SHIFTCL -> write(a, d, shifter.shift(c, read(a, d), r[ECX], 8 * d));
      case Op.SHLD -> doubleShift(a, b, c, d, immediate);
      case Op.IMUL16 -> {
        int product = (short) r[a] * (short) r[b];
        alu.multiplied((short) product, product != (short) product);
        Interpreter.set16(r, a, product);
      }
      case Op.MULTIPLY -> multiply(read(b, d), c != 0, d);
      case Op.DIVIDE -> divide(read(b, d), c != 0, d);
      case Op.BIT -> bit(a, r[b], c, d);
      case Op.BITADDRESS -> {
        int offset = d == 4 ? r[b] >> 5 << 2 : (short) r[b] >> 4 << 1;
        r[Registers.ADDRESS] += offset;
      }
      case Op.SCAN -> scan(a, read(b, d), c, d);
      case Op.EXCHANGE -> {
        int old = read(a, d);
        write(a, d, read(b, d));
        write(b, d, old);
      }
      case Op.XADD -> {
        int old = read(a, d);
        int sum = d == 4 ? alu.add(old, r[b]) : alu.aluNarrow(0, old, read(b, d), 32 - 8 * d);
        write(b, d, old);
        write(a, d, sum);
      }
      case Op.CMPXCHG -> {
        int old = read(a, d);
        compare(read(EAX, d), old, d);
        r[T2] = alu.zero() ? read(b, d) : old;
      }
      case Op.ACCUMULATE -> {
        if (!alu.zero()) {
          write(EAX, d, read(a, d));
        }
      }
      case Op.CMPXCHG8B -> compareExchange8();
      case Op.BSWAP -> {
        if (d == 4) {
          r[a] = Integer.reverseBytes(r[a]);
        } else {
          Interpreter.set16(r, a, 0);
        }
      }
      case Op.CONVERT -> convert(c);
      case Op.DECIMAL -> decimal(c, immediate);
      case Op.FLAGS -> flags(c);
      case Op.READFLAGS -> r[a] = cpu.eflags.forPush();
      case Op.STACKPUSH -> stack.push(r[b], immediate);
      case Op.STACKLOAD -> r[a] = stack.load(immediate, d);
      case Op.STACKADD -> stack.setPointer(r[ESP] + immediate);
      case Op.NEXTEIP -> r[a] = nextEip;
      case Op.READSEG -> r[a] = registers.segments[h >>> 27 & 7].selector;
      case Op.LOADSEG -> cpu.protection.segments.load(h >>> 27 & 7, r[b] & 0xFFFF);
      case Op.PUSHALL -> pushAll(d);
      case Op.POPALL -> popAll(d);
      case Op.ENTER -> enter(immediate & 0xFFFF, immediate >>> 16 & 31, d);
      case Op.LEAVE -> {
        int value = stack.loadAt(r[EBP], d);
        stack.setPointer(r[EBP] + d);
        write(EBP, d, value);
      }
      case Op.STRING -> cpu.strings.once(a, b, d == 2, h >>> 27 & 7);
      case Op.FPU -> {
        checkFpu(b != 0);
        if (!cpu.fpu.register(a, immediate)) {
          throw cpu.fault.of(GuestFault.INVALID_OPCODE, 0);
        }
      }
      case Op.FPUMEMORY -> {
        checkFpu((d & 1) != 0);
        int address = r[Registers.ADDRESS];
        int length = Op.LENGTHS[b];
        if ((d & 2) != 0) {
          mmu.checkWrite(address, length);
        } else {
          mmu.checkRead(address, length);
        }
        cpu.fpu.memory(a, immediate, address, c != 0);
      }
      case Op.WAIT -> {
        int both = Registers.CR0_MP | Registers.CR0_TS;
        if ((registers.cr0 & both) == both) {
          throw cpu.fault.of(GuestFault.NO_FPU, 0);
        }
        cpu.checkFpuError();
      }
      case Op.BOUNDS -> {
        int value = d == 4 ? r[a] : (short) r[a];
        if (value < r[T0] || value > r[T1]) {
          throw cpu.fault.of(GuestFault.BOUND, 0);
        }
      }
      case Op.ARPL -> {
        cpu.needSelectors();
        boolean lower = (r[a] & 3) < (r[b] & 3);
        alu.setZero(lower);
        if (lower) {
          Interpreter.set16(r, a, (r[a] & ~3) | (r[b] & 3));
        }
      }
      case Op.ACCESSRIGHTS -> cpu.protection.pointers.accessRights(a, r[b] & 0xFFFF, c != 0, d);
      case Op.VERIFY -> cpu.protection.pointers.verify(r[a] & 0xFFFF, c != 0);
      case Op.CPUID -> Cpuid.execute(r);
      case Op.STOREWORDS -> {
        int limit = c == 0 ? registers.gdtLimit : registers.idtLimit;
        int base = c == 0 ? registers.gdtBase : registers.idtBase;
        int address = r[Registers.ADDRESS];
        mmu.checkWrite(address, 6);
        mmu.store16(address, limit);
        mmu.store32(address + 2, base);
      }
      case Op.READSYSTEM -> r[a] = readSystem(c);
      case Op.READCR -> {
        cpu.needPrivilege();
        r[a] = cpu.controlRegisters.read(b);
      }
      case Op.READDR -> {
        cpu.needPrivilege();
        r[a] = registers.dr[b == 4 || b == 5 ? b + 2 : b];
      }
      default -> throw new IllegalStateException("micro-operation " + (h & 0x1FF));
    }
  }

  /** The value of a register of 1, 2 or 4 bytes; zero-extended. */
  private int read(int register, int width) {
    return width == 4
        ? r[register]
        : width == 2 ? r[register] & 0xFFFF : Interpreter.get8(r, register);
  }

  private void write(int register, int width, int value) {
    if (width == 4) {
      r[register] = value;
    } else if (width == 2) {
      Interpreter.set16(r, register, value);
    } else {
      Interpreter.set8(r, register, value);
    }
  }

  private void compare(int a, int b, int width) {
    if (width == 4) {
      alu.sub(a, b);
    } else {
      alu.aluNarrow(7, a, b, 32 - 8 * width);
    }
  }

  private void checkFpu(boolean waits) {
    if ((registers.cr0 & (Registers.CR0_EM | Registers.CR0_TS)) != 0) {
      throw cpu.fault.of(GuestFault.NO_FPU, 0);
    }
    if (waits) {
      cpu.checkFpuError();
    }
  }

  private void doubleShift(int a, int b, int right, int width, int immediate) {
    int count = immediate == 32 ? r[ECX] & 0x1F : immediate;
    if (count != 0) {
      int size = 8 * width;
      write(
          a,
          width,
          right != 0
              ? shifter.shrd(r[a], r[b], count, size)
              : shifter.shld(r[a], r[b], count, size));
    }
  }

  private void multiply(int value, boolean signed, int width) {
    int shift = 32 - 8 * width;
    if (width == 4) {
      long product =
          signed ? (long) r[EAX] * value : (r[EAX] & 0xFFFFFFFFL) * (value & 0xFFFFFFFFL);
      r[EAX] = (int) product;
      r[EDX] = (int) (product >>> 32);
      alu.multiplied(r[EAX], signed ? product != r[EAX] : r[EDX] != 0);
      return;
    }
    int factor = read(EAX, width);
    int product = signed ? (factor << shift >> shift) * (value << shift >> shift) : factor * value;
    int low = product << shift >> shift;
    alu.multiplied(low, signed ? product != low : product >>> (8 * width) != 0);
    if (width == 1) {
      Interpreter.set16(r, EAX, product);
    } else {
      Interpreter.set16(r, EAX, product);
      Interpreter.set16(r, EDX, product >>> 16);
    }
  }

  private void divide(int value, boolean signed, int width) {
    int shift = 32 - 8 * width;
    long dividend =
        switch (width) {
          case 1 -> signed ? (short) r[EAX] : r[EAX] & 0xFFFF;
          case 2 -> {
            int wide = r[EDX] << 16 | (r[EAX] & 0xFFFF);
            yield signed ? wide : wide & 0xFFFFFFFFL;
          }
          default -> (long) r[EDX] << 32 | (r[EAX] & 0xFFFFFFFFL);
        };
    long divisor = signed ? value << shift >> shift : value & 0xFFFFFFFFL;
    if (divisor == 0) {
      throw cpu.fault.of(GuestFault.DIVIDE_ERROR, 0);
    }
    long quotient = signed ? dividend / divisor : Long.divideUnsigned(dividend, divisor);
    long remainder = signed ? dividend % divisor : Long.remainderUnsigned(dividend, divisor);
    long narrowed = signed ? (int) quotient << shift >> shift : quotient & 0xFFFFFFFFL >>> shift;
    boolean overflow =
        quotient != narrowed || (signed && divisor == -1 && dividend == Long.MIN_VALUE);
    if (overflow) {
      throw cpu.fault.of(GuestFault.DIVIDE_ERROR, 0);
    }
    if (width == 1) {
      Interpreter.set16(r, EAX, (int) ((quotient & 0xFF) | (remainder & 0xFF) << 8));
    } else {
      write(EAX, width, (int) quotient);
      write(EDX, width, (int) remainder);
    }
  }

  private void bit(int a, int offset, int operation, int width) {
    int bit = 1 << (offset & 8 * width - 1);
    int value = r[a];
    alu.setCarry((value & bit) != 0);
    switch (operation) {
      case 1 -> write(a, width, value | bit);
      case 2 -> write(a, width, value & ~bit);
      case 3 -> write(a, width, value ^ bit);
      default -> {}
    }
  }

  private void scan(int a, int value, int reverse, int width) {
    alu.logic(value);
    if (value != 0) {
      int position =
          reverse != 0
              ? 31 - Integer.numberOfLeadingZeros(value)
              : Integer.numberOfTrailingZeros(value);
      write(a, width, position);
    }
  }

  private void compareExchange8() {
    int address = r[Registers.ADDRESS];
    mmu.checkWrite(address, 8);
    long old = mmu.load64(address);
    long expected = (long) r[EDX] << 32 | (r[EAX] & 0xFFFFFFFFL);
    boolean same = old == expected;
    mmu.store64(address, same ? (long) r[ECX] << 32 | (r[EBX] & 0xFFFFFFFFL) : old);
    if (!same) {
      r[EAX] = (int) old;
      r[EDX] = (int) (old >>> 32);
    }
    alu.setZero(same);
  }

  private void convert(int which) {
    switch (which) {
      case 0 -> Interpreter.set16(r, EAX, (byte) r[EAX]);
      case 1 -> r[EAX] = (short) r[EAX];
      case 2 -> Interpreter.set16(r, EDX, (short) r[EAX] >> 15);
      default -> r[EDX] = r[EAX] >> 31;
    }
  }

  private void decimal(int which, int base) {
    int al = r[EAX] & 0xFF;
    switch (which) {
      case 0 -> Interpreter.set8(r, EAX, alu.daa(al));
      case 1 -> Interpreter.set8(r, EAX, alu.das(al));
      case 2 -> Interpreter.set16(r, EAX, alu.asciiAdjust(r[EAX] & 0xFFFF, 1));
      case 3 -> Interpreter.set16(r, EAX, alu.asciiAdjust(r[EAX] & 0xFFFF, -1));
      case 4 -> {
        if (base == 0) {
          throw cpu.fault.of(GuestFault.DIVIDE_ERROR, 0);
        }
        int low = al % base;
        Interpreter.set16(r, EAX, (al / base) << 8 | low);
        alu.logic((byte) low);
      }
      case 5 -> {
        int low = al + (r[EAX] >> 8 & 0xFF) * base & 0xFF;
        Interpreter.set16(r, EAX, low);
        alu.logic((byte) low);
      }
      default -> Interpreter.set8(r, EAX, alu.carry() ? 0xFF : 0);
    }
  }

  private void flags(int which) {
    switch (which) {
      case 0 -> alu.setCarry(false);
      case 1 -> alu.setCarry(true);
      case 2 -> alu.setCarry(!alu.carry());
      case 3 -> registers.flags &= ~Registers.DF;
      case 4 -> registers.flags |= Registers.DF;
      case 5 -> Interpreter.set8(r, 4, alu.flags() | 2);
      default -> alu.setFlags((alu.flags() & Alu.OF) | (r[EAX] >> 8 & 0xFF & ~Alu.OF));
    }
  }

  private int readSystem(int which) {
    if (which == 2) {
      return registers.cr0;
    }
    cpu.needSelectors();
    return registers.segments[which == 0 ? Registers.LDT : Registers.TR].selector;
  }

  private void pushAll(int width) {
    int mask = stack.mask();
    int lowest = r[ESP] - 8 * width & mask;
    // one check of the whole, so that a fault leaves everything as it was
    mmu.checkWrite(cpu.linear(SS, lowest, 8 * width, true), 8 * width);
    int old = r[ESP];
    for (int register = 0; register < 8; register++) {
      stack.push(register == ESP ? old : r[register], width);
    }
  }

  private void popAll(int width) {
    mmu.checkRead(cpu.linear(SS, r[ESP] & stack.mask(), 8 * width, false), 8 * width);
    for (int register = EDI; register >= EAX; register--) {
      int value = stack.load(0, width);
      stack.setPointer(r[ESP] + width);
      if (register != ESP) {
        write(register, width, value);
      }
    }
  }

  private void enter(int locals, int level, int width) {
    int esp = r[ESP];
    int ebp = r[EBP];
    int at = esp - width;
    stack.storeAt(at, ebp, width);
    int frame = at;
    for (int i = 1; i < level; i++) {
      ebp -= width;
      at -= width;
      stack.storeAt(at, stack.loadAt(ebp, width), width);
    }
    if (level > 0) {
      at -= width;
      stack.storeAt(at, frame, width);
    }
    at -= locals;
    // the new top of the stack must be writable, too
    mmu.checkWrite(cpu.linear(SS, at & stack.mask(), width, true), width);
    write(EBP, width, frame);
    stack.setPointer(at);
  }
}
