package dev.virtio4j.scsi;

import java.nio.ByteBuffer;
import java.util.List;

/** MODE SENSE (6) and (10) (SPC-4). No values are saved. */
final class ModeSense {
  static final int HEADER_6 = 4;
  static final int HEADER_10 = 8;
  static final int LONGLBA = 0x01;
  static final int DESCRIPTOR = 8;
  static final int LONG_DESCRIPTOR = 16;

  private static final int LLBAA = 0x10;
  private static final int DBD = 0x08;
  private static final int PAGE_CODE = 0x3F;
  private static final int ALL_PAGES = 0x3F;
  private static final int ALL_SUBPAGES = 0xFF;

  private static final List<ModePage.Values> BY_PAGE_CONTROL = List.of(ModePage.Values.values());

  private ModeSense() {}

  static void run6(ModeParameters parameters, Task task) {
    int descriptor = wantsDescriptor(parameters, task) ? DESCRIPTOR : 0;
    ByteBuffer reply = task.reply().position(HEADER_6);
    if (put(parameters, task, descriptor, reply)) {
      reply.put(0, (byte) (reply.position() - 1)).put(1, (byte) 0);
      reply.put(2, (byte) parameters.unit().deviceSpecificParameter()).put(3, (byte) descriptor);
      task.send(task.u8(4));
    }
  }

  static void run10(ModeParameters parameters, Task task) {
    boolean longDescriptor = (task.u8(1) & LLBAA) != 0;
    int descriptor =
        !wantsDescriptor(parameters, task) ? 0 : longDescriptor ? LONG_DESCRIPTOR : DESCRIPTOR;
    ByteBuffer reply = task.reply().position(HEADER_10);
    if (put(parameters, task, descriptor, reply)) {
      reply.putShort(0, (short) (reply.position() - 2));
      reply.put(2, (byte) 0).put(3, (byte) parameters.unit().deviceSpecificParameter());
      reply.put(4, (byte) (descriptor == LONG_DESCRIPTOR ? LONGLBA : 0)).put(5, (byte) 0);
      reply.putShort(6, (short) descriptor);
      task.send(task.u16(7));
    }
  }

  private static boolean wantsDescriptor(ModeParameters parameters, Task task) {
    return (task.u8(1) & DBD) == 0 && parameters.unit().hasBlockDescriptor();
  }

  /** Puts what follows the header; false if the CDB asks for what there isn't. */
  private static boolean put(
      ModeParameters parameters, Task task, int descriptor, ByteBuffer reply) {
    ModePage.Values values = BY_PAGE_CONTROL.get(task.u8(2) >> 6);
    int code = task.u8(2) & PAGE_CODE;
    int subpage = task.u8(3);
    if (values == ModePage.Values.SAVED) {
      task.checkCondition(Sense.SAVING_PARAMETERS_NOT_SUPPORTED, 2);
      return false;
    }
    if (code != ALL_PAGES && parameters.page(code) == null) {
      task.invalidField(2, 5);
      return false;
    }
    if (subpage != 0 && subpage != ALL_SUBPAGES) {
      task.invalidField(3);
      return false;
    }
    putDescriptor(parameters.unit(), descriptor, reply);
    for (ModePage page : parameters.pages()) {
      if (code == ALL_PAGES || code == page.code()) {
        page.put(values, reply);
      }
    }
    return true;
  }

  /** Short and long LBA mode parameter block descriptor (SBC-3). */
  private static void putDescriptor(LogicalUnit unit, int length, ByteBuffer reply) {
    if (length == DESCRIPTOR) {
      reply.putInt((int) Math.min(unit.blocks(), 0xFFFF_FFFFL)).putInt(unit.blockSize());
    } else if (length == LONG_DESCRIPTOR) {
      reply.putLong(unit.blocks()).putInt(0).putInt(unit.blockSize());
    }
  }
}
