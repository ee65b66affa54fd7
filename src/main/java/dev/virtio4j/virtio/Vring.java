package dev.virtio4j.virtio;

/**
 * The layout of a virtqueue in guest memory (0.9.5, section 2.3 "Virtqueue Configuration" and
 * Appendix A). Offsets in bytes; everything is little-endian.
 */
final class Vring {
  /** The unit of the queue address, and the alignment of the used ring. */
  static final int PAGE_SHIFT = 12;

  /** struct vring_desc { u64 addr; u32 len; u16 flags; u16 next; }. */
  static final int DESCRIPTOR_SIZE = 16;

  static final int DESCRIPTOR_LENGTH = 8;

  /** The chain goes on at "next". */
  static final int F_NEXT = 1;

  /** The device writes the buffer; without it, the device reads it. */
  static final int F_WRITE = 2;

  /** The buffer is a table of descriptors. */
  static final int F_INDIRECT = 4;

  /** struct vring_avail { u16 flags; u16 idx; u16 ring[N]; u16 used_event; }. */
  static final int AVAIL_INDEX = 2;

  static final int AVAIL_RING = 4;
  static final int AVAIL_ENTRY_SIZE = 2;

  /** The driver wants no interrupts. Counts for nothing where EVENT_IDX was accepted. */
  static final int AVAIL_F_NO_INTERRUPT = 1;

  /**
   * struct vring_used { u16 flags; u16 idx; struct { u32 id; u32 len; } ring[N]; u16 avail_event;
   * }.
   */
  static final int USED_INDEX = 2;

  static final int USED_RING = 4;
  static final int USED_ENTRY_SIZE = 8;

  private Vring() {}

  /** Where the available ring starts, from the start of the descriptor table. */
  static long availableOffset(int size) {
    return (long) DESCRIPTOR_SIZE * size;
  }

  /** Where used_event is, from the start of the available ring. */
  static int usedEventOffset(int size) {
    return AVAIL_RING + AVAIL_ENTRY_SIZE * size;
  }

  /** Where the used ring starts, from the start of the descriptor table: on the next page. */
  static long usedOffset(int size) {
    long end = availableOffset(size) + usedEventOffset(size) + 2;
    long page = 1L << PAGE_SHIFT;
    return (end + page - 1) & -page;
  }

  /** Where avail_event is, from the start of the used ring. */
  static int availEventOffset(int size) {
    return USED_RING + USED_ENTRY_SIZE * size;
  }

  /**
   * vring_need_event of Appendix A: whether an index passed an event on its way from old to now.
   */
  static boolean passed(int event, int now, int old) {
    return ((now - event - 1) & 0xFFFF) < ((now - old) & 0xFFFF);
  }
}
