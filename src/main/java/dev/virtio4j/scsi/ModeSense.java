package dev.virtio4j.scsi;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * MODE SENSE (6) and (10) of a direct-access disk (SPC-4; SBC-3, "Mode parameters"). Nothing can be
 * changed or saved.
 */
final class ModeSense {
  private static final int LLBAA = 0x10;
  private static final int DBD = 0x08;
  private static final int PAGE_CODE = 0x3F;
  private static final int ALL_PAGES = 0x3F;
  private static final int ALL_SUBPAGES = 0xFF;

  /** The two highest bits of byte 2: which values of the mode parameters. */
  private enum PageControl {
    CURRENT,
    CHANGEABLE,
    DEFAULT,
    SAVED;

    private static final List<PageControl> BY_CODE = List.of(values());

    static PageControl of(Task task) {
      return BY_CODE.get(task.u8(2) >> 6);
    }
  }

  // The header: the device-specific parameter (SBC-3), and LONGLBA.
  private static final int HEADER_6 = 4;
  private static final int HEADER_10 = 8;
  private static final int WRITE_PROTECTED = 0x80;
  private static final int DPOFUA = 0x10;
  private static final int LONGLBA = 0x01;
  private static final int DESCRIPTOR = 8;
  private static final int LONG_DESCRIPTOR = 16;

  private static final int CACHING_PAGE = 0x08;
  private static final int CACHING_LENGTH = 0x12;
  private static final int WCE = 0x04;
  private static final int CONTROL_PAGE = 0x0A;
  private static final int CONTROL_LENGTH = 0x0A;

  private final DiskUnit disk;
  private final WriteCache cache;

  ModeSense(DiskUnit disk, WriteCache cache) {
    this.disk = disk;
    this.cache = cache;
  }

  void run6(Task task) {
    int descriptor = (task.u8(1) & DBD) == 0 ? DESCRIPTOR : 0;
    ByteBuffer reply = task.reply().position(HEADER_6);
    if (put(task, descriptor, reply)) {
      reply.put(0, (byte) (reply.position() - 1));
      reply.put(1, (byte) 0).put(2, deviceSpecific()).put(3, (byte) descriptor);
      task.send(task.u8(4));
    }
  }

  void run10(Task task) {
    boolean longDescriptor = (task.u8(1) & LLBAA) != 0;
    int descriptor = (task.u8(1) & DBD) != 0 ? 0 : longDescriptor ? LONG_DESCRIPTOR : DESCRIPTOR;
    ByteBuffer reply = task.reply().position(HEADER_10);
    if (put(task, descriptor, reply)) {
      reply.putShort(0, (short) (reply.position() - 2));
      reply.put(2, (byte) 0).put(3, deviceSpecific());
      reply.put(4, (byte) (descriptor == LONG_DESCRIPTOR ? LONGLBA : 0)).put(5, (byte) 0);
      reply.putShort(6, (short) descriptor);
      task.send(task.u16(7));
    }
  }

  private byte deviceSpecific() {
    return (byte) (DPOFUA | (disk.isWriteProtected() ? WRITE_PROTECTED : 0));
  }

  /** Puts what follows the header; false if the CDB asks for what there isn't. */
  private boolean put(Task task, int descriptor, ByteBuffer reply) {
    PageControl values = PageControl.of(task);
    int code = task.u8(2) & PAGE_CODE;
    int subpage = task.u8(3);
    if (values == PageControl.SAVED) {
      task.checkCondition(Sense.SAVING_PARAMETERS_NOT_SUPPORTED, 2);
      return false;
    }
    if (code != ALL_PAGES && code != CACHING_PAGE && code != CONTROL_PAGE) {
      task.invalidField(2, 5);
      return false;
    }
    if (subpage != 0 && subpage != ALL_SUBPAGES) {
      task.invalidField(3);
      return false;
    }
    putDescriptor(descriptor, reply);
    if (code != CONTROL_PAGE) {
      reply.put((byte) CACHING_PAGE).put((byte) CACHING_LENGTH);
      reply.put((byte) (hasCache(values) ? WCE : 0));
      Inquiry.putZeroes(reply, CACHING_LENGTH - 1);
    }
    if (code != CACHING_PAGE) {
      reply.put((byte) CONTROL_PAGE).put((byte) CONTROL_LENGTH);
      Inquiry.putZeroes(reply, CONTROL_LENGTH);
    }
    return true;
  }

  private boolean hasCache(PageControl values) {
    return switch (values) {
      case CURRENT -> cache.isOn();
      case DEFAULT -> cache.isOnByDefault();
      case CHANGEABLE, SAVED -> false;
    };
  }

  /** Short and long LBA mode parameter block descriptor (SBC-3). */
  private void putDescriptor(int length, ByteBuffer reply) {
    if (length == DESCRIPTOR) {
      reply.putInt((int) Math.min(disk.blocks(), 0xFFFF_FFFFL)).putInt(disk.blockSize());
    } else if (length == LONG_DESCRIPTOR) {
      reply.putLong(disk.blocks()).putInt(0).putInt(disk.blockSize());
    }
  }
}
