package dev.virtio4j.scsi;

/**
 * Where a command of the medium has its fields, which goes by the length of its CDB (SBC-3).
 *
 * <pre>
 *   CDB      6       10     12     16
 *   LBA      1..3    2..5   2..5   2..9     the first without its three highest bits
 *   length   4       7..8   6..9   10..13   in blocks; 0 in the first is 256; 13 in COMPARE AND WRITE
 *   DPO, FUA -       byte 1, bits 4 and 3
 * </pre>
 */
final class MediumCdb {
  private static final int FUA = 0x08;

  private static final int COMPARE_AND_WRITE = 0x89;

  private MediumCdb() {}

  /** The logical block address; negative is one beyond 2^63. */
  static long address(Task task) {
    return switch (Task.cdbLength(task.u8(0))) {
      case 6 -> task.u24(1) & 0x1F_FFFF;
      case 10, 12 -> task.u32(2);
      default -> task.u64(2);
    };
  }

  static int addressField(Task task) {
    return Task.cdbLength(task.u8(0)) == 6 ? 1 : 2;
  }

  /** How many blocks: at most 2^32 - 1. */
  static long blocks(Task task) {
    int at = blocksField(task);
    return switch (Task.cdbLength(task.u8(0))) {
      case 6 -> task.u8(at) == 0 ? 256 : task.u8(at);
      case 10 -> task.u16(at);
      case 12 -> task.u32(at);
      default -> task.u8(0) == COMPARE_AND_WRITE ? task.u8(at) : task.u32(at);
    };
  }

  static int blocksField(Task task) {
    return switch (Task.cdbLength(task.u8(0))) {
      case 6 -> 4;
      case 10 -> 7;
      case 12 -> 6;
      default -> task.u8(0) == COMPARE_AND_WRITE ? 13 : 10;
    };
  }

  static boolean forceUnitAccess(Task task) {
    return Task.cdbLength(task.u8(0)) != 6 && (task.u8(1) & FUA) != 0;
  }
}
