package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.EAX;
import static dev.virtio4j.pc.cpu.Registers.EBX;
import static dev.virtio4j.pc.cpu.Registers.ECX;
import static dev.virtio4j.pc.cpu.Registers.EDX;

/** What CPUID says: which processor this is, and what it can do. */
final class Cpuid {
  /** Family 6, model 5, stepping 2; also in EDX after a reset. */
  static final int SIGNATURE = 0x652;

  // spotless:off
  /** FPU, PSE, TSC, MSR, CX8, PGE, CMOV. */
  private static final int FEATURES =
      1 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 13 | 1 << 15;
  // spotless:on

  private Cpuid() {}

  /**
   * Executes CPUID.
   *
   * @param r the general registers
   */
  static void execute(int[] r) {
    switch (r[EAX]) {
      case 0 -> {
        r[EAX] = 1;
        // GenuineIntel
        r[EBX] = 0x756E6547;
        r[EDX] = 0x49656E69;
        r[ECX] = 0x6C65746E;
      }
      case 1 -> {
        r[EAX] = SIGNATURE;
        r[EBX] = 0;
        r[ECX] = 0;
        r[EDX] = FEATURES;
      }
      default -> {
        r[EAX] = 0;
        r[EBX] = 0;
        r[ECX] = 0;
        r[EDX] = 0;
      }
    }
  }
}
