package dev.virtio4j.scsi;

import java.nio.ByteBuffer;

/** The commands of persistent reservations, as an initiator sends them. */
final class PersistentReserve {
  static final int REGISTER = 0;
  static final int RESERVE = 1;
  static final int RELEASE = 2;
  static final int CLEAR = 3;
  static final int PREEMPT = 4;
  static final int PREEMPT_AND_ABORT = 5;
  static final int REGISTER_AND_IGNORE = 6;

  static final int WRITE_EXCLUSIVE = 1;
  static final int EXCLUSIVE_ACCESS = 3;
  static final int WRITE_EXCLUSIVE_REGISTRANTS_ONLY = 5;
  static final int EXCLUSIVE_ACCESS_REGISTRANTS_ONLY = 6;
  static final int WRITE_EXCLUSIVE_ALL_REGISTRANTS = 7;
  static final int EXCLUSIVE_ACCESS_ALL_REGISTRANTS = 8;

  static final String READ_KEYS = "5E 00 0000000000 0800 00";
  static final String READ_RESERVATION = "5E 01 0000000000 0800 00";
  static final String REPORT_CAPABILITIES = "5E 02 0000000000 0800 00";
  static final String READ_FULL_STATUS = "5E 03 0000000000 0800 00";

  private PersistentReserve() {}

  static byte[] list(long key, long newKey, int flags) {
    return ByteBuffer.allocate(24).putLong(key).putLong(newKey).put(20, (byte) flags).array();
  }

  static Initiator.Result out(Initiator by, int action, int type, long key, long newKey) {
    String cdb = "5F %02X %02X 0000 00000018 00".formatted(action, type);
    return by.out(cdb, list(key, newKey, 0));
  }

  static Initiator.Result register(Initiator by, long key) {
    return out(by, REGISTER_AND_IGNORE, 0, 0, key);
  }

  static Initiator.Result reserve(Initiator by, long key, int type) {
    return out(by, RESERVE, type, key, 0);
  }
}
