package dev.virtio4j.pc.cpu;

import java.util.Objects;
import java.util.stream.IntStream;

/** What tests of whole machines do with a CPU that no part of a machine does. */
public final class CpuInside {
  /** Translates nothing. */
  public static final int NEVER = Translator.NEVER;

  public static final int CR0_PE = Registers.CR0_PE;
  public static final int CR0_NE = Registers.CR0_NE;
  public static final int CR0_WP = Registers.CR0_WP;
  public static final int CR0_PG = Registers.CR0_PG;
  public static final int CR4_PSE = Registers.CR4_PSE;

  /** EFLAGS.CF. */
  public static final int CF = Alu.CF;

  /** EFLAGS.IOPL, 3. */
  public static final int IOPL = Registers.IOPL;

  /** The flags that arithmetic sets. */
  public static final int STATUS = Alu.STATUS;

  private CpuInside() {}

  /** As MOV to CR0, CR3 or CR4. */
  public static void setControlRegister(Cpu cpu, int register, int value) {
    cpu.controlRegisters.write(register, value);
  }

  /** Sets IDTR. */
  public static void setIdtr(Cpu cpu, int base, int limit) {
    cpu.registers.idtBase = base;
    cpu.registers.idtLimit = limit;
  }

  /** Loads TR with a selector and the descriptor that it would find, in two halves. */
  public static void setTaskRegister(Cpu cpu, int selector, int low, int high) {
    cpu.registers.segments[Registers.TR].load(selector, low, high);
  }

  /** EFLAGS. */
  public static int flags(Cpu cpu) {
    return cpu.eflags.image();
  }

  public static void setPrivilege(Cpu cpu, int level) {
    cpu.setPrivilege(level);
  }

  /** Sets EFLAGS.VM. */
  public static void enterVirtual8086(Cpu cpu) {
    cpu.registers.flags |= Registers.VM;
  }

  /** The class that the first translated block of a range of physical memory was made into. */
  public static Class<?> translation(Cpu cpu, int start, int end) {
    return IntStream.range(start, end)
        .mapToObj(cpu.code::find)
        .filter(Objects::nonNull)
        .map(block -> block.translation)
        .filter(Objects::nonNull)
        .findFirst()
        .orElseThrow()
        .getClass();
  }
}
