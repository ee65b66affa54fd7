package dev.virtio4j.pc;

import java.util.List;

/**
 * The host bridge, Intel 82441FX (440FX). Guests know the chipset by it, and Linux takes its class
 * code as proof that configuration mechanism 1 works. What it does on hardware, decode RAM and
 * shadow ROMs, is fixed here: see {@link PhysicalMemory}.
 */
final class HostBridge extends Bridge {
  /** Its device number on every 440FX board. */
  static final int DEVICE = 0;

  // spotless:off
  private static final List<Register> REGISTERS = List.of(
      //           name      offset width default   writable
      new Register("VID",    0x00,  2,    0x8086,   0),
      new Register("DID",    0x02,  2,    0x1237,   0),
      new Register("PCICMD", 0x04,  2,    0x0006,   0),   // bus master and memory, fixed on
      new Register("PCISTS", 0x06,  2,    0x0280,   0),   // fast back-to-back, medium DEVSEL timing
      new Register("RID",    0x08,  1,    0x02,     0),
      new Register("CLASSC", 0x09,  3,    0x060000, 0));  // bridge, host
  // spotless:on

  HostBridge() {
    super(REGISTERS);
  }
}
