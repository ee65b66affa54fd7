package dev.virtio4j.pc.cpu;

/**
 * A descriptor of a segment or a gate as it stands in its table (IA-32 Software Developer's Manual,
 * volume 3, sections 3.4.5 and 5.8.3): two words. One object serves for many in turn.
 */
final class Descriptor {
  /** Types of system segments and gates. */
  static final int TSS16 = 1;

  static final int LDT = 2;
  static final int CALL_GATE16 = 4;
  static final int TASK_GATE = 5;
  static final int TSS32 = 9;
  static final int CALL_GATE32 = 12;

  /** In the second word: the segment has been loaded; the task runs, or waits for one that does. */
  static final int ACCESSED = 0x100;

  static final int BUSY = 0x200;

  int low;
  int high;

  boolean isPresent() {
    return (high & 0x8000) != 0;
  }

  int dpl() {
    return high >> 13 & 3;
  }

  boolean isSystem() {
    return (high & 0x1000) == 0;
  }

  boolean isCode() {
    return (high & 0x1800) == 0x1800;
  }

  boolean isConforming() {
    return (high & 0x400) != 0;
  }

  /** Whether it is data, or code that may be read. */
  boolean isReadable() {
    return !isSystem() && (!isCode() || (high & 0x200) != 0);
  }

  boolean isWritableData() {
    return (high & 0x1A00) == 0x1200;
  }

  /** The type of a system segment or gate. */
  int systemType() {
    return high >> 8 & 0xF;
  }

  /** The last offset of a segment, unsigned. */
  int limit() {
    return Segment.limitOf(low, high);
  }

  /** The segment that a gate leads to. */
  int gateSelector() {
    return low >>> 16;
  }

  /** The offset that a gate leads to. */
  int gateOffset(boolean wide) {
    return wide ? (low & 0xFFFF) | (high & 0xFFFF0000) : low & 0xFFFF;
  }
}
