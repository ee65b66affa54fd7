package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.CR0_PG;

/**
 * The control registers (IA-32 Software Developer's Manual, volume 3, section 2.5): what may be
 * written, and that a change of paging empties the TLB.
 */
final class ControlRegisters {
  private static final int CR4_SUPPORTED =
      Registers.CR4_TSD | Registers.CR4_PSE | Registers.CR4_PGE;

  private final Registers registers;
  private final Mmu mmu;
  private final GuestFault fault;

  ControlRegisters(Registers registers, Mmu mmu, GuestFault fault) {
    this.registers = registers;
    this.mmu = mmu;
    this.fault = fault;
  }

  int read(int register) {
    return switch (register) {
      case 0 -> registers.cr0;
      case 2 -> registers.cr2;
      case 3 -> registers.cr3;
      default -> registers.cr4;
    };
  }

  void write(int register, int value) {
    switch (register) {
      case 0 -> {
        boolean pagingUnprotected = (value & CR0_PG) != 0 && (value & Registers.CR0_PE) == 0;
        if (pagingUnprotected || (value & 0x60000000) == 0x20000000) {
          throw fault.of(GuestFault.PROTECTION, 0);
        }
        registers.cr0 = value | Registers.CR0_ET;
        mmu.flush();
      }
      case 2 -> registers.cr2 = value;
      case 3 -> setPageDirectory(value);
      default -> {
        if ((value & ~CR4_SUPPORTED) != 0) {
          throw fault.of(GuestFault.PROTECTION, 0);
        }
        registers.cr4 = value;
        mmu.flush();
      }
    }
  }

  void setPageDirectory(int value) {
    registers.cr3 = value;
    mmu.flush();
  }
}
