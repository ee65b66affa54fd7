package dev.virtio4j.pc;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.pc.memory.PhysicalMemory;
import java.io.IOException;
import java.util.List;

/**
 * The host bridge, Intel 82441FX (440FX). Guests know the chipset by it, and Linux takes its class
 * code as proof that configuration mechanism 1 works. SeaBIOS takes the subsystem of QEMU's for
 * leave to set up the chipset, and to talk on the {@link DebugPort}.
 *
 * <p>Its programmable attribute map says what C0000 to FFFFF is, so that firmware can copy its ROM
 * into RAM. After a reset none of it is RAM.
 *
 * <pre>
 *   PAM0     bits 4-5: F0000 to FFFFF
 *   PAM1     bits 0-1: C0000 to C3FFF;  bits 4-5: C4000 to C7FFF
 *   ...
 *   PAM6     bits 0-1: E8000 to EBFFF;  bits 4-5: EC000 to EFFFF
 * </pre>
 */
final class HostBridge extends Bridge {
  /** Its device number on every 440FX board. */
  static final int DEVICE = 0;

  /** PAM0; the other six follow. */
  static final int PAM0 = 0x59;

  /** How many PAM registers there are. */
  static final int PAMS = 7;

  /** PAM: both its ranges are RAM, for reading and writing. */
  static final int PAM_RAM = 0x33;

  private static final int PAM_READ = 0x01;
  private static final int PAM_WRITE = 0x02;

  /** The ranges of 16 KiB that PAM1 to PAM6 have; that of PAM0 is four times as long. */
  private static final int SMALL_RANGES = 12;

  private static final int PAM0_RANGE = 0xF000;

  // spotless:off
  private static final List<Register> REGISTERS = List.of(
      //           name      offset    width default   writable
      new Register("VID",    0x00,     2,    0x8086,   0),
      new Register("DID",    0x02,     2,    0x1237,   0),
      new Register("PCICMD", 0x04,     2,    0x0006,   0),   // bus master and memory, fixed on
      new Register("PCISTS", 0x06,     2,    0x0280,   0),   // fast back-to-back, medium DEVSEL timing
      new Register("RID",    0x08,     1,    0x02,     0),
      new Register("CLASSC", 0x09,     3,    0x060000, 0),   // bridge, host
      new Register("SVID",   0x2C,     2,    0x1AF4,   0),   // not on hardware: QEMU's
      new Register("SID",    0x2E,     2,    0x1100,   0),
      new Register("PAM0",   PAM0,     1,    0,        0x30),
      new Register("PAM1",   PAM0 + 1, 1,    0,        PAM_RAM),
      new Register("PAM2",   PAM0 + 2, 1,    0,        PAM_RAM),
      new Register("PAM3",   PAM0 + 3, 1,    0,        PAM_RAM),
      new Register("PAM4",   PAM0 + 4, 1,    0,        PAM_RAM),
      new Register("PAM5",   PAM0 + 5, 1,    0,        PAM_RAM),
      new Register("PAM6",   PAM0 + 6, 1,    0,        PAM_RAM));
  // spotless:on

  private final PhysicalMemory memory;

  /**
   * Makes the bridge as after a reset.
   *
   * @param memory what the PAM registers map
   */
  HostBridge(PhysicalMemory memory) {
    super(REGISTERS);
    this.memory = memory;
    map();
  }

  private void map() {
    memory.map(ranges(PAM_READ), ranges(PAM_WRITE));
  }

  /** The ranges of 16 KiB with an attribute, bit 0 that from C0000. */
  private int ranges(int attribute) {
    int ranges = (readConfig(PAM0, 1) >> 4 & attribute) != 0 ? PAM0_RANGE : 0;
    for (int range = 0; range < SMALL_RANGES; range++) {
      int pam = readConfig(PAM0 + 1 + range / 2, 1);
      if ((pam >> (range % 2 * 4) & attribute) != 0) {
        ranges |= 1 << range;
      }
    }
    return ranges;
  }

  @Override
  public void writeConfig(int offset, int width, int value) {
    super.writeConfig(offset, width, value);
    map();
  }

  @Override
  public void reset() {
    super.reset();
    map();
  }

  @Override
  public void load(StateReader in) throws IOException {
    super.load(in);
    map();
  }
}
