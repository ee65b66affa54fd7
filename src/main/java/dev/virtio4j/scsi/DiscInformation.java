package dev.virtio4j.scsi;

import java.nio.ByteBuffer;

/**
 * The commands that ask how a disc is laid out (MMC-6). Ours has one finished session with one data
 * track, from block 0 to where the lead-out begins.
 */
final class DiscInformation {
  private static final int SESSION = 1;
  private static final int TRACK = 1;
  private static final int LEAD_OUT = 0xAA;

  /** ADR and CONTROL: the position is given, and it is a data track. */
  private static final int DATA_TRACK = 0x14;

  private static final int NO_ADDRESS = 0xFFFF_FFFF;

  private DiscInformation() {}

  // READ TOC/PMA/ATIP.

  private static final int MSF = 0x02;

  /**
   * READ TOC/PMA/ATIP. Drivers as old as SFF-8020i, which Linux's is in part, put the format into
   * the two highest bits of the control byte; there it counts where the other field is 0.
   */
  static void sendToc(Disc disc, Task task) {
    int format = task.u8(2) & 0x0F;
    int oldFormat = task.u8(9) >> 6;
    boolean msf = (task.u8(1) & MSF) != 0;
    switch (format == 0 ? oldFormat : format) {
      case 0 -> sendTracks(disc, msf, task);
      case 1 -> sendSessions(msf, task);
      case 2 -> sendFullToc(disc, task);
      default -> {
        if (format == 0) {
          task.invalidField(9, 7);
        } else {
          task.invalidField(2, 3);
        }
      }
    }
  }

  /** Format 0000b: the tracks from a number on, and the lead-out. */
  private static void sendTracks(Disc disc, boolean msf, Task task) {
    int start = task.u8(6);
    if (start > TRACK && start != LEAD_OUT) {
      task.invalidField(6);
      return;
    }
    ByteBuffer reply = task.reply().putShort((short) 0).put((byte) TRACK).put((byte) TRACK);
    if (start != LEAD_OUT) {
      putTrack(TRACK, 0, msf, reply);
    }
    putTrack(LEAD_OUT, disc.blocks(), msf, reply);
    send(reply, task, task.u16(7));
  }

  /** Format 0001b: the first track of the last session. */
  private static void sendSessions(boolean msf, Task task) {
    ByteBuffer reply = task.reply().putShort((short) 0).put((byte) SESSION).put((byte) SESSION);
    putTrack(TRACK, 0, msf, reply);
    send(reply, task, task.u16(7));
  }

  private static void putTrack(int number, long block, boolean msf, ByteBuffer reply) {
    reply.put((byte) 0).put((byte) DATA_TRACK).put((byte) number).put((byte) 0);
    if (msf) {
      reply.put((byte) 0);
      Msf.put(block, reply);
    } else {
      reply.putInt((int) block);
    }
  }

  /** Format 0010b: what is in the lead-in of a session, with addresses in MSF whatever is asked. */
  private static void sendFullToc(Disc disc, Task task) {
    if (task.u8(6) > SESSION) {
      task.invalidField(6);
      return;
    }
    ByteBuffer reply = task.reply().putShort((short) 0).put((byte) SESSION).put((byte) SESSION);
    putPoint(0xA0, reply).put((byte) TRACK).putShort((short) 0); // the first track, and a CD-ROM
    putPoint(0xA1, reply).put((byte) TRACK).putShort((short) 0); // the last
    Msf.put(disc.blocks(), putPoint(0xA2, reply)); // the lead-out
    Msf.put(0, putPoint(TRACK, reply));
    send(reply, task, task.u16(7));
  }

  /** The track number that is the lead-in's, the point, and no running time. */
  private static ByteBuffer putPoint(int point, ByteBuffer reply) {
    reply.put((byte) SESSION).put((byte) DATA_TRACK).put((byte) 0).put((byte) point);
    return reply.putInt(0);
  }

  // READ DISC INFORMATION.

  /** The last session is complete, and the disc finalized. */
  private static final int FINALIZED = 0x0E;

  private static final int UNRESTRICTED_USE = 0x20;

  /** READ DISC INFORMATION, of the standard kind: the others are for discs to write on. */
  static void sendDiscInformation(Task task) {
    if ((task.u8(1) & 0x07) != 0) {
      task.invalidField(1, 2);
      return;
    }
    ByteBuffer reply = task.reply().putShort((short) 0).put((byte) FINALIZED).put((byte) TRACK);
    reply.put((byte) 1); // number of sessions
    reply.put((byte) TRACK).put((byte) TRACK); // the first and the last in the last session
    reply.put((byte) UNRESTRICTED_USE);
    reply.put((byte) 0); // a CD-ROM, not CD-I or CD-ROM XA
    Inquiry.putZeroes(reply, 3); // the high bytes of the numbers above
    reply.putInt(0); // disc identification
    reply.putInt(NO_ADDRESS).putInt(NO_ADDRESS); // the next lead-in and lead-out to be written
    reply.putLong(0).putShort((short) 0); // bar code, application, tables
    send(reply, task, task.u16(7));
  }

  // READ TRACK INFORMATION.

  private static final int BY_BLOCK = 0;
  private static final int BY_TRACK = 1;
  private static final int BY_SESSION = 2;

  /** Data, recorded uninterrupted, in mode 1. */
  private static final int TRACK_MODE = 0x04;

  private static final int DATA_MODE = 0x01;
  private static final int LAST_RECORDED_VALID = 0x02;

  /** READ TRACK INFORMATION. */
  static void sendTrackInformation(Disc disc, Task task) {
    long which = task.u32(2);
    switch (task.u8(1) & 0x03) {
      case BY_BLOCK -> {
        if (which >= disc.blocks()) {
          task.checkCondition(Sense.LBA_OUT_OF_RANGE, 2);
          return;
        }
      }
      case BY_TRACK, BY_SESSION -> {
        if (which != TRACK) {
          task.invalidField(2);
          return;
        }
      }
      default -> {
        task.invalidField(1, 1);
        return;
      }
    }
    ByteBuffer reply = task.reply().putShort((short) 0).put((byte) TRACK).put((byte) SESSION);
    reply.put((byte) 0).put((byte) TRACK_MODE).put((byte) DATA_MODE);
    reply.put((byte) LAST_RECORDED_VALID);
    reply.putInt(0); // the first block
    reply.putInt(0).putInt(0).putInt(0); // next writable, free blocks, packet size
    reply.putInt((int) disc.blocks()).putInt((int) disc.blocks() - 1);
    reply.putInt(0); // the high bytes of the numbers of track and session
    send(reply, task, task.u16(7));
  }

  // READ DISC STRUCTURE.

  private static final int PHYSICAL_FORMAT = 0x00;
  private static final int COPYRIGHT = 0x01;

  private static final int PHYSICAL_FORMAT_LENGTH = 2048;

  /** DVD-ROM, part version 1. */
  private static final int BOOK = 0x01;

  /** 120 mm, no maximum rate. */
  private static final int SIZE_AND_RATE = 0x0F;

  /** One layer, with an embossed data area. */
  private static final int LAYERS = 0x01;

  private static final int FIRST_SECTOR = 0x03_0000;
  private static final int LAST_SECTOR = 0xFF_FFFF;

  /** READ DISC STRUCTURE (READ DVD STRUCTURE before MMC-5), of the DVD that the disc must be. */
  static void sendDiscStructure(Disc disc, Task task) {
    int format = task.u8(7);
    if ((task.u8(1) & 0x0F) != 0) {
      task.invalidField(1, 3);
    } else if (format != PHYSICAL_FORMAT && format != COPYRIGHT) {
      task.invalidField(7);
    } else if (disc.profile() != Disc.Profile.DVD_ROM) {
      task.checkCondition(Sense.INCOMPATIBLE_FORMAT);
    } else if (task.u8(6) != 0) {
      task.invalidField(6); // there is one layer
    } else {
      ByteBuffer reply = task.reply().putInt(0);
      if (format == PHYSICAL_FORMAT) {
        long last = Math.min(FIRST_SECTOR + disc.blocks() - 1, LAST_SECTOR);
        reply.put((byte) BOOK).put((byte) SIZE_AND_RATE).put((byte) LAYERS).put((byte) 0);
        reply.putInt(FIRST_SECTOR).putInt((int) last).putInt(0);
        Inquiry.putZeroes(reply, PHYSICAL_FORMAT_LENGTH - 16);
      } else {
        reply.putInt(0); // no protection, all regions
      }
      send(reply, task, task.u16(8));
    }
  }

  /** Puts the length in front, which counts what follows it. */
  private static void send(ByteBuffer reply, Task task, int allocationLength) {
    reply.putShort(0, (short) (reply.position() - Short.BYTES));
    task.send(allocationLength);
  }
}
