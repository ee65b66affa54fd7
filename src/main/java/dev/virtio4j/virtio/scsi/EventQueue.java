package dev.virtio4j.virtio.scsi;

import dev.virtio4j.host.GuestMemoryException;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.virtio.DescriptorChain;
import dev.virtio4j.virtio.Virtqueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;

/**
 * The buffers that the guest gave for events, and what is told in them (0.9.5, Appendix H, "Device
 * Operation: eventq"):
 *
 * <pre>
 *   struct virtio_scsi_event {
 *     u32 event;    // device-writable, as all of it
 *     u8  lun[8];
 *     u32 reason;
 *   };
 * </pre>
 *
 * <p>An event for which there is no buffer is dropped, and the next buffer says so.
 */
final class EventQueue {
  static final int EVENT_SIZE = 16;

  /** The field "event". */
  enum Event {
    NO_EVENT(0),
    TRANSPORT_RESET(1),
    ASYNC_NOTIFY(2),
    PARAM_CHANGE(3);

    private final int code;

    Event(int code) {
      this.code = code;
    }
  }

  // Reasons of TRANSPORT_RESET.
  static final int RESET_RESCAN = 1;
  static final int RESET_REMOVED = 2;

  private static final int EVENTS_MISSED = 0x8000_0000;

  private final ArrayDeque<DescriptorChain> buffers = new ArrayDeque<>();
  private final ByteBuffer image = ByteBuffer.allocate(EVENT_SIZE).order(ByteOrder.LITTLE_ENDIAN);
  private boolean dropped;
  private long told;
  private long missed;

  /** Takes a buffer; one that is too short, or that has to say what was missed, is used at once. */
  void take(DescriptorChain buffer) {
    if (buffer.writable() < EVENT_SIZE) {
      fill(buffer, Event.NO_EVENT, 0, 0);
      return;
    }
    buffer.mark();
    buffers.add(buffer);
    if (dropped) {
      tell(Event.NO_EVENT, 0, 0);
      told--; // no event of its own
    }
  }

  /**
   * Tells the guest, if it gave a buffer.
   *
   * @param address the field "lun"
   */
  void tell(Event event, long address, int reason) {
    DescriptorChain buffer = buffers.poll();
    if (buffer == null) {
      dropped = true;
      missed++;
    } else {
      told++;
      fill(buffer, event, address, reason);
    }
  }

  private void fill(DescriptorChain buffer, Event event, long address, int reason) {
    image.clear();
    image.putInt(event.code | (dropped ? EVENTS_MISSED : 0)).putLong(address).putInt(reason);
    dropped = false;
    try {
      buffer.write(image.array(), (int) Math.min(EVENT_SIZE, buffer.writable()));
    } catch (GuestMemoryException e) {
      dropped = true;
    }
    buffer.complete();
  }

  /** The ring is gone, and the buffers with it. */
  void abandon() {
    buffers.forEach(DescriptorChain::complete);
    buffers.clear();
    dropped = false;
  }

  long told() {
    return told;
  }

  long missed() {
    return missed;
  }

  void save(StateWriter out) throws IOException {
    out.flag(dropped);
    out.i64(told);
    out.i64(missed);
    out.i32(buffers.size());
    for (DescriptorChain buffer : buffers) {
      buffer.save(out);
    }
  }

  void load(StateReader in, Virtqueue queue) throws IOException {
    dropped = in.flag();
    told = in.i64(0, Long.MAX_VALUE, "a counter");
    missed = in.i64(0, Long.MAX_VALUE, "a counter");
    buffers.clear();
    int count = in.i32(0, Integer.MAX_VALUE, "the number of buffers for events");
    for (int i = 0; i < count; i++) {
      DescriptorChain buffer = queue.loadChain(in);
      if (buffer.writable() < EVENT_SIZE) {
        throw in.wrong("has a buffer that is too short for an event");
      }
      buffers.add(buffer);
    }
  }
}
