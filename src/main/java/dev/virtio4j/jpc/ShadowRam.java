package dev.virtio4j.jpc;

import org.jpc.emulator.PC;
import org.jpc.emulator.memory.LazyCodeBlockMemory;
import org.jpc.emulator.memory.PhysicalAddressSpace;

/**
 * RAM where the ROMs are, with what is in them.
 *
 * <p>Answers a fault: JPC's host bridge has the PAM registers, by which a BIOS makes RAM of C0000
 * to FFFFF, but {@code EPROMMemory.setWritable} does nothing, and from D0000 to DFFFF there is
 * nothing at all. SeaBIOS has its data there. This can go when it does.
 *
 * <p>JPC doesn't save what is written there, so {@link CardSlots} does.
 */
final class ShadowRam {
  static final int START = 0xC0000;
  static final int SIZE = 0x40000;

  private static final int PAGE = 0x1000;

  private ShadowRam() {}

  /**
   * Puts the RAM in place. It is gone when the PC is reset, or a state is loaded into it.
   *
   * @param pc the PC
   */
  static void repair(PC pc) {
    PhysicalAddressSpace memory =
        (PhysicalAddressSpace) pc.getComponent(PhysicalAddressSpace.class);
    VirtioDrives drives = (VirtioDrives) pc.getComponent(VirtioDrives.class);
    byte[] roms = read(memory);
    byte[] contents = drives == null ? roms : drives.slots().placeShadowRam(roms);
    for (int offset = 0; offset < SIZE; offset += PAGE) {
      memory.mapMemory(START + offset, new LazyCodeBlockMemory(PAGE, memory.getCodeBlockManager()));
    }
    memory.copyArrayIntoContents(START, contents, 0, SIZE);
  }

  /** What there is, be it ROM or RAM. */
  static byte[] read(PhysicalAddressSpace memory) {
    byte[] contents = new byte[SIZE];
    memory.copyContentsIntoArray(START, contents, 0, SIZE);
    return contents;
  }
}
