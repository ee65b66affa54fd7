package dev.virtio4j.pc.cpu;

import java.util.Objects;
import java.util.stream.IntStream;

/** What tests of whole machines do with a CPU that no part of a machine does. */
public final class CpuInside {
  /** Translates nothing. */
  public static final int NEVER = Translator.NEVER;

  private CpuInside() {}

  /** Sets IDTR. */
  public static void setIdtr(Cpu cpu, int base, int limit) {
    cpu.registers.idtBase = base;
    cpu.registers.idtLimit = limit;
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
