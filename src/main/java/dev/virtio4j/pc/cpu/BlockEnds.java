package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.EAX;
import static dev.virtio4j.pc.cpu.Registers.ECX;
import static dev.virtio4j.pc.cpu.Registers.EDX;
import static dev.virtio4j.pc.cpu.Registers.T0;
import static dev.virtio4j.pc.cpu.Registers.T1;

/**
 * The micro-operations that end a block and may change more than registers and memory: mode, time,
 * interrupts. When one runs, EIP is that of the next instruction and the count of retired
 * instructions that of those before.
 */
final class BlockEnds {
  private final Cpu cpu;
  private final Registers registers;
  private final int[] r;
  private final Alu alu;
  private final Mmu mmu;

  BlockEnds(Cpu cpu) {
    this.cpu = cpu;
    registers = cpu.registers;
    r = registers.r;
    alu = cpu.alu;
    mmu = cpu.mmu;
  }

  /**
   * Executes an operation.
   *
   * @param h the high half of the operation
   * @param immediate its low half
   * @param blockStart the address of the block
   * @param eip the address of the instruction
   */
  void execute(int h, int immediate, int blockStart, int eip) {
    final int a = h >>> 9 & 15;
    final int b = h >>> 13 & 15;
    final int c = h >>> 17 & 15;
    final int d = h >>> 21 & 15;
    switch (h & 0x1FF) {
      case Op.EXIT -> {}
      case Op.JMP16 -> registers.eip = blockStart + immediate & 0xFFFF;
      case Op.JCC16 -> {
        if (alu.condition(c)) {
          registers.eip = blockStart + immediate & 0xFFFF;
        }
      }
      case Op.LOOP -> loop(c, d != 0 ? 0xFFFF : -1, blockStart + immediate, a != 0);
      case Op.JMPT -> registers.eip = r[b];
      case Op.JMPFAR -> cpu.protection.transfers.jump(r[T1] & 0xFFFF, r[T0], d);
      case Op.CALLFAR -> cpu.protection.transfers.call(r[T1] & 0xFFFF, r[T0], d);
      case Op.RETFAR -> cpu.protection.returns.returnFar(immediate, d);
      case Op.INT -> interrupt(c, immediate);
      case Op.IRET -> cpu.protection.returns.returnFromInterrupt(d);
      case Op.REPEAT -> {
        if (!cpu.strings.repeated(a, b, c, d == 2, h >>> 27 & 7)) {
          registers.eip = eip;
        }
      }
      case Op.IN -> in(immediate, d);
      case Op.OUT -> {
        int port = immediate < 0 ? r[EDX] & 0xFFFF : immediate;
        cpu.io.out(port, d, r[EAX]);
      }
      case Op.HLT -> {
        cpu.needPrivilege();
        cpu.halt();
      }
      case Op.CLI -> {
        needIoPrivilege();
        registers.flags &= ~Registers.IF;
      }
      case Op.STI -> {
        needIoPrivilege();
        if ((registers.flags & Registers.IF) == 0) {
          registers.flags |= Registers.IF;
          cpu.holdInterrupts();
        }
      }
      case Op.WRITEFLAGS -> {
        if (registers.isVirtual8086()) {
          needIoPrivilege();
        }
        cpu.eflags.set(r[T0], cpu.eflags.writable(d));
        cpu.stack.setPointer(r[Registers.ESP] + d);
      }
      case Op.WRITECR -> {
        cpu.needPrivilege();
        cpu.controlRegisters.write(a, r[b]);
      }
      case Op.WRITEDR -> {
        cpu.needPrivilege();
        registers.dr[a == 4 || a == 5 ? a + 2 : a] = r[b];
      }
      case Op.CLTS -> {
        cpu.needPrivilege();
        registers.cr0 &= ~Registers.CR0_TS;
      }
      case Op.LMSW -> {
        cpu.needPrivilege();
        // PE can be set but not cleared this way
        cpu.controlRegisters.write(0, (registers.cr0 & ~0xE) | (r[b] & 0xF));
      }
      case Op.LOADTABLE -> loadTable(c, d);
      case Op.LOADLDT -> cpu.protection.segments.loadLocalTable(r[b] & 0xFFFF);
      case Op.LOADTR -> cpu.protection.segments.loadTaskRegister(r[b] & 0xFFFF);
      case Op.INVLPG -> {
        cpu.needPrivilege();
        mmu.flushPage(registers.segments[a].base + r[Registers.ADDRESS]);
      }
      case Op.WBINVD -> cpu.needPrivilege();
      case Op.RDTSC -> {
        if ((registers.cr4 & Registers.CR4_TSD) != 0) {
          cpu.needPrivilege();
        }
        setPair(cpu.msrs.timeStampCounter());
      }
      case Op.RDMSR -> {
        cpu.needPrivilege();
        setPair(cpu.msrs.read(r[ECX]));
      }
      case Op.WRMSR -> {
        cpu.needPrivilege();
        cpu.msrs.write(r[ECX], (long) r[EDX] << 32 | (r[EAX] & 0xFFFFFFFFL));
      }
      case Op.FAULT -> throw cpu.fault.of(immediate, 0);
      default -> throw new IllegalStateException("micro-operation " + (h & 0x1FF));
    }
  }

  private void loop(int kind, int mask, int target, boolean narrow) {
    boolean jumps;
    if (kind == 3) {
      jumps = (r[ECX] & mask) == 0;
    } else {
      r[ECX] = (r[ECX] & ~mask) | (r[ECX] - 1 & mask);
      jumps = (r[ECX] & mask) != 0 && (kind == 2 || alu.zero() == (kind == 1));
    }
    if (jumps) {
      registers.eip = narrow ? target & 0xFFFF : target;
    }
  }

  private void interrupt(int kind, int vector) {
    if (kind == 2 && !alu.overflow()) {
      return;
    }
    if (kind == 0 && registers.isVirtual8086() && registers.iopl() < 3) {
      throw cpu.fault.of(GuestFault.PROTECTION, 0);
    }
    cpu.softwareInterrupt(vector, kind == 3);
    cpu.skipTrap();
  }

  private void in(int immediate, int width) {
    int port = immediate < 0 ? r[EDX] & 0xFFFF : immediate;
    int value = cpu.io.in(port, width);
    switch (width) {
      case 1 -> Interpreter.set8(r, EAX, value);
      case 2 -> Interpreter.set16(r, EAX, value);
      default -> r[EAX] = value;
    }
  }

  private void needIoPrivilege() {
    if (registers.isProtected() && registers.cpl > registers.iopl()) {
      throw cpu.fault.of(GuestFault.PROTECTION, 0);
    }
  }

  private void loadTable(int which, int width) {
    cpu.needPrivilege();
    int base = width == 2 ? r[T1] & 0xFFFFFF : r[T1];
    if (which == 0) {
      registers.gdtBase = base;
      registers.gdtLimit = r[T0];
    } else {
      registers.idtBase = base;
      registers.idtLimit = r[T0];
    }
  }

  private void setPair(long value) {
    r[EAX] = (int) value;
    r[EDX] = (int) (value >>> 32);
  }
}
