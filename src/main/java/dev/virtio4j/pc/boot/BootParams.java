package dev.virtio4j.pc.boot;

import java.nio.ByteBuffer;

/**
 * The fields of the kernel's setup header and of {@code struct boot_params} that a loader reads or
 * writes, with the names of the kernel's Documentation/x86/boot.rst and zero-page.rst. The setup
 * header has the same offsets in the kernel file and in boot_params.
 */
enum BootParams {
  // spotless:off
  //                 offset width since
  E820_ENTRIES       (0x1E8, 1, 0x000),
  SETUP_SECTS        (0x1F1, 1, 0x000),
  SYSSIZE            (0x1F4, 4, 0x204),
  VID_MODE           (0x1FA, 2, 0x000),
  BOOT_FLAG          (0x1FE, 2, 0x000),
  JUMP               (0x200, 2, 0x200),
  HEADER             (0x202, 4, 0x200),
  VERSION            (0x206, 2, 0x200),
  TYPE_OF_LOADER     (0x210, 1, 0x200),
  LOADFLAGS          (0x211, 1, 0x200),
  CODE32_START       (0x214, 4, 0x200),
  RAMDISK_IMAGE      (0x218, 4, 0x200),
  RAMDISK_SIZE       (0x21C, 4, 0x200),
  HEAP_END_PTR       (0x224, 2, 0x201),
  CMD_LINE_PTR       (0x228, 4, 0x202),
  INITRD_ADDR_MAX    (0x22C, 4, 0x203),
  KERNEL_ALIGNMENT   (0x230, 4, 0x205),
  RELOCATABLE_KERNEL (0x234, 1, 0x205),
  XLOADFLAGS         (0x236, 2, 0x20C),
  CMDLINE_SIZE       (0x238, 4, 0x206),
  PAYLOAD_OFFSET     (0x248, 4, 0x208),
  PAYLOAD_LENGTH     (0x24C, 4, 0x208),
  PREF_ADDRESS       (0x258, 8, 0x20A),
  INIT_SIZE          (0x260, 4, 0x20A);
  // spotless:on

  /** The size of {@code struct boot_params}. */
  static final int SIZE = 4096;

  /** Where the setup header starts; it ends where JUMP says. */
  static final int SETUP_HEADER = SETUP_SECTS.offset;

  /** What lies behind the room for the setup header; the protocol never grows past it. */
  static final int SETUP_HEADER_LIMIT = 0x290;

  /** The memory map: entries of address (8 bytes), size (8) and type (4). */
  static final int E820_TABLE = 0x2D0;

  private final int offset;
  private final int width;
  private final int since;

  BootParams(int offset, int width, int since) {
    this.offset = offset;
    this.width = width;
    this.since = since;
  }

  /**
   * Whether a kernel has the field.
   *
   * @param version the version of the boot protocol, major number in the high byte
   * @return false if the field came with a later version
   */
  boolean isIn(int version) {
    return version >= since;
  }

  /**
   * Reads the field.
   *
   * @param from the start of a kernel file or a boot_params, little-endian
   * @return its value, unsigned up to 4 bytes
   */
  long read(ByteBuffer from) {
    return switch (width) {
      case 1 -> from.get(offset) & 0xFFL;
      case 2 -> from.getShort(offset) & 0xFFFFL;
      case 4 -> from.getInt(offset) & 0xFFFFFFFFL;
      default -> from.getLong(offset);
    };
  }

  /**
   * Writes the field, of at most 4 bytes.
   *
   * @param into a boot_params, little-endian
   * @param value its value; what lies above its width is ignored
   */
  void write(ByteBuffer into, int value) {
    switch (width) {
      case 1 -> into.put(offset, (byte) value);
      case 2 -> into.putShort(offset, (short) value);
      default -> into.putInt(offset, value);
    }
  }
}
