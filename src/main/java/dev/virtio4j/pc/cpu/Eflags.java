package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.IF;
import static dev.virtio4j.pc.cpu.Registers.RF;
import static dev.virtio4j.pc.cpu.Registers.TF;
import static dev.virtio4j.pc.cpu.Registers.VM;

/** EFLAGS as a whole: the status flags of the {@link Alu} and the others of {@link Registers}. */
final class Eflags {
  private final Registers registers;
  private final Alu alu;
  private final GuestFault fault;

  Eflags(Registers registers, Alu alu, GuestFault fault) {
    this.registers = registers;
    this.alu = alu;
    this.fault = fault;
  }

  /** EFLAGS. */
  int image() {
    return alu.flags() | registers.flags | 2;
  }

  /** EFLAGS as PUSHF stores it; faults in virtual-8086 mode unless IOPL is 3. */
  int forPush() {
    if (registers.isVirtual8086() && registers.iopl() < 3) {
      throw fault.of(GuestFault.PROTECTION, 0);
    }
    return image() & ~(VM | RF);
  }

  /** Which flags POPF and IRET may change at the current privilege level. */
  int writable(int width) {
    int mask = Alu.STATUS | TF | Registers.DF | Registers.NT;
    if (width == 4) {
      mask |= Registers.AC | Registers.ID;
    }
    if (registers.cpl == 0) {
      mask |= Registers.IOPL;
    }
    if (registers.cpl <= registers.iopl()) {
      mask |= IF;
    }
    return mask;
  }

  /** Sets the flags that a mask names. */
  void set(int value, int mask) {
    alu.setFlags((alu.flags() & ~mask) | (value & mask));
    int system = mask & Registers.SYSTEM_FLAGS;
    registers.flags = (registers.flags & ~system) | (value & system);
  }
}
