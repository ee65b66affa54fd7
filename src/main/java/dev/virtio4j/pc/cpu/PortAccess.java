package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.TR;

import dev.virtio4j.pc.memory.IoPorts;

/**
 * The CPU's way to the I/O ports, past the check of the privilege level and of the I/O permission
 * bit map (IA-32 Software Developer's Manual, volume 1, "Protected-Mode I/O").
 */
final class PortAccess {
  private final Registers registers;
  private final Mmu mmu;
  private final GuestFault fault;
  private final IoPorts ports;

  /** Counts what happens; null where nobody does. */
  private Profile profile;

  PortAccess(Registers registers, Mmu mmu, GuestFault fault, IoPorts ports) {
    this.registers = registers;
    this.mmu = mmu;
    this.fault = fault;
    this.ports = ports;
  }

  void setProfile(Profile profile) {
    this.profile = profile;
  }

  /** Faults unless the privilege level or the task's map permits a port. */
  void check(int port, int width) {
    boolean free =
        !registers.isProtected()
            || (registers.cpl <= registers.iopl() && !registers.isVirtual8086());
    if (free) {
      return;
    }
    Segment task = registers.segments[TR];
    boolean allowed = false;
    if ((task.access & 8) != 0 && Integer.compareUnsigned(0x67, task.limit) <= 0) {
      int at = mmu.systemLoad16(task.base + 0x66) + (port >> 3);
      if (Integer.compareUnsigned(at + 1, task.limit) <= 0) {
        int bits = mmu.systemLoad16(task.base + at) >> (port & 7);
        allowed = (bits & (1 << width) - 1) == 0;
      }
    }
    if (!allowed) {
      throw fault.of(GuestFault.PROTECTION, 0);
    }
  }

  int in(int port, int width) {
    check(port, width);
    if (profile != null) {
      profile.read(port, ports);
    }
    return ports.read(port, width);
  }

  void out(int port, int width, int value) {
    check(port, width);
    if (profile != null) {
      profile.write(port, ports);
    }
    ports.write(port, width, value);
  }
}
