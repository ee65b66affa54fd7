package dev.virtio4j.scsi;

import java.nio.ByteBuffer;

/**
 * LOG SENSE (SPC-4). Nothing is counted here, so there are only the pages that say what pages there
 * are, and that nothing is expected to fail, whatever values of it are wanted.
 */
final class LogSense {
  private static final int PAGE_CODE = 0x3F;
  private static final int SUBPAGE_FORMAT = 0x40;
  private static final int SUPPORTED_PAGES = 0x00;
  private static final int INFORMATIONAL_EXCEPTIONS = 0x2F;
  private static final int ALL_SUBPAGES = 0xFF;
  private static final int HEADER = 4;

  /** How the parameter is formatted: binary, as a list. */
  private static final int BINARY_LIST = 0x03;

  /** No additional sense code, no qualifier, and the most recent temperature, which isn't known. */
  private static final byte[] NO_EXCEPTION = {0, 0, (byte) 0xFF, 0};

  private LogSense() {}

  static void run(Task task) {
    int code = task.u8(2) & PAGE_CODE;
    int subpage = task.u8(3);
    if (code != SUPPORTED_PAGES && code != INFORMATIONAL_EXCEPTIONS) {
      task.invalidField(2, 5);
      return;
    }
    if (subpage != 0 && (subpage != ALL_SUBPAGES || code != SUPPORTED_PAGES)) {
      task.invalidField(3);
      return;
    }
    if (task.u16(5) != 0) { // the first parameter wanted; there is none beyond number 0
      task.invalidField(5);
      return;
    }
    ByteBuffer reply = task.reply();
    reply.put((byte) (subpage == 0 ? code : SUBPAGE_FORMAT | code)).put((byte) subpage);
    reply.putShort((short) 0);
    if (code == INFORMATIONAL_EXCEPTIONS) {
      reply.putShort((short) 0).put((byte) BINARY_LIST).put((byte) NO_EXCEPTION.length);
      reply.put(NO_EXCEPTION);
    } else if (subpage == 0) {
      reply.put((byte) SUPPORTED_PAGES).put((byte) INFORMATIONAL_EXCEPTIONS);
    } else {
      reply.put((byte) SUPPORTED_PAGES).put((byte) 0);
      reply.put((byte) SUPPORTED_PAGES).put((byte) ALL_SUBPAGES);
      reply.put((byte) INFORMATIONAL_EXCEPTIONS).put((byte) 0);
    }
    reply.putShort(2, (short) (reply.position() - HEADER));
    task.send(task.u16(7));
  }
}
