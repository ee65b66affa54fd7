package dev.virtio4j.scsi;

import java.nio.ByteBuffer;

/**
 * GET EVENT STATUS NOTIFICATION (MMC-6): what an initiator that polls is told of the medium. One
 * event is kept, the latest, since it says all that still matters.
 */
final class MediaEvents {
  private static final int POLLED = 0x01;

  // The header.
  private static final int NO_EVENT_AVAILABLE = 0x80;
  private static final int HEADER = 4;

  // Notification classes, by number.
  private static final int OPERATIONAL_CHANGE = 1;
  private static final int MEDIA = 4;
  private static final int SUPPORTED = 1 << OPERATIONAL_CHANGE | 1 << MEDIA;

  // The media status.
  private static final int TRAY_OPEN = 0x01;
  private static final int MEDIUM_PRESENT = 0x02;

  /** Media events, with their codes. */
  enum Event {
    NO_CHANGE(0),
    /** The user wants the medium, and an initiator has prevented its removal. */
    EJECT_REQUEST(1),
    /** There is a medium that can be read. */
    NEW_MEDIA(2),
    /** There is none any more. */
    MEDIA_REMOVAL(3);

    final int code;

    Event(int code) {
      this.code = code;
    }
  }

  private Event pending = Event.NO_CHANGE;

  void raise(Event event) {
    pending = event;
  }

  Event pending() {
    return pending;
  }

  /** Answers for a drive whose tray is open or has, closed, a medium in it or not. */
  void send(boolean isOpen, boolean hasMedium, Task task) {
    if ((task.u8(1) & POLLED) == 0) {
      task.invalidField(1, 0);
      return;
    }
    int wanted = task.u8(4) & SUPPORTED;
    boolean first = (wanted & 1 << OPERATIONAL_CHANGE) != 0;
    boolean media = (wanted & 1 << MEDIA) != 0 && (!first || pending != Event.NO_CHANGE);
    ByteBuffer reply = task.reply().putShort((short) 0);
    if (media) {
      int status = isOpen ? TRAY_OPEN : hasMedium ? MEDIUM_PRESENT : 0;
      reply.put((byte) MEDIA).put((byte) SUPPORTED);
      reply.put((byte) pending.code).put((byte) status).putShort((short) 0);
    } else if (first) {
      reply.put((byte) OPERATIONAL_CHANGE).put((byte) SUPPORTED).putInt(0);
    } else {
      reply.put((byte) NO_EVENT_AVAILABLE).put((byte) SUPPORTED);
    }
    reply.putShort(0, (short) (reply.position() - Short.BYTES));
    int allocationLength = task.u16(7);
    if (media && allocationLength > HEADER) {
      pending = Event.NO_CHANGE;
    }
    task.send(allocationLength);
  }
}
