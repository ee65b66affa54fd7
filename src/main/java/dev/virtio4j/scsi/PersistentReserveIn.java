package dev.virtio4j.scsi;

import java.nio.ByteBuffer;

/** PERSISTENT RESERVE IN (SPC-4): what is registered and reserved. */
final class PersistentReserveIn {
  static final int READ_KEYS = 0x00;
  static final int READ_RESERVATION = 0x01;
  static final int REPORT_CAPABILITIES = 0x02;
  static final int READ_FULL_STATUS = 0x03;

  private static final int SERVICE_ACTION = 0x1F;

  /** PRGENERATION and the additional length. */
  private static final int HEADER = 8;

  private static final int CAPABILITIES_LENGTH = 8;

  /** RESERVE and RELEASE of holders are no conflict. */
  private static final int CRH = 0x10;

  /** The type mask is valid. */
  private static final int TMV = 0x80;

  private static final int R_HOLDER = 0x01;
  private static final int TARGET_PORT = 1;

  private PersistentReserveIn() {}

  static void run(PersistentReservations state, Task task) {
    ByteBuffer reply = task.reply();
    switch (task.u8(1) & SERVICE_ACTION) {
      case READ_KEYS -> {
        putHeader(state, reply);
        state.registrants().forEach(nexus -> reply.putLong(state.key(nexus)));
      }
      case READ_RESERVATION -> {
        putHeader(state, reply);
        if (state.type() != null) {
          reply.putLong(state.holderKey()).putInt(0);
          reply.put((byte) 0).put((byte) state.type().code).putShort((short) 0);
        }
      }
      case REPORT_CAPABILITIES -> putCapabilities(reply);
      default -> {
        putHeader(state, reply);
        state.registrants().forEach(nexus -> putFullStatus(state, nexus, reply));
      }
    }
    if ((task.u8(1) & SERVICE_ACTION) != REPORT_CAPABILITIES) {
      reply.putInt(4, reply.position() - HEADER);
    }
    task.send(task.u16(7));
  }

  private static void putHeader(PersistentReservations state, ByteBuffer reply) {
    reply.putInt(state.generation()).putInt(0);
  }

  private static void putCapabilities(ByteBuffer reply) {
    int types = 0;
    for (ReservationType type : ReservationType.values()) {
      types |= 1 << type.code;
    }
    // The type mask has the types 0 to 7 in its first byte, 8 to 15 in its second.
    reply.putShort((short) CAPABILITIES_LENGTH).put((byte) CRH).put((byte) TMV);
    reply.put((byte) types).put((byte) (types >> 8)).putShort((short) 0);
  }

  private static void putFullStatus(PersistentReservations state, Nexus nexus, ByteBuffer reply) {
    boolean holds = state.isHeldBy(nexus);
    reply.putLong(state.key(nexus)).putInt(0);
    reply.put((byte) (holds ? R_HOLDER : 0)).put((byte) (holds ? state.type().code : 0));
    reply.putInt(0).putShort((short) TARGET_PORT);
    byte[] initiator = nexus.transportId();
    reply.putInt(initiator.length).put(initiator);
  }
}
