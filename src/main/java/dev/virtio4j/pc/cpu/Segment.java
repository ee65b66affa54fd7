package dev.virtio4j.pc.cpu;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.IOException;

/**
 * A segment register: the selector, and the descriptor that was loaded with it (its hidden part).
 */
final class Segment implements Stateful {
  /** Bits of {@link #access}, as in bits 8 to 15 of the descriptor's second word. */
  static final int ACCESSED = 0x01;

  static final int WRITABLE = 0x02;
  static final int READABLE = 0x02;
  static final int CONFORMING = 0x04;
  static final int EXPAND_DOWN = 0x04;
  static final int CODE = 0x08;
  static final int NOT_SYSTEM = 0x10;
  static final int PRESENT = 0x80;

  int selector;
  int base;

  /** The last offset, unsigned; of an expand-down segment, the last that is not in it. */
  int limit;

  /** Type, S, DPL and P; 0 for a null selector, through which nothing can be reached. */
  int access;

  /** The D or B bit: 32-bit code, or a stack that uses ESP. */
  boolean big;

  /** Of a stack: which bits of ESP are its pointer, 32 or 16. */
  int pointerMask() {
    return big ? -1 : 0xFFFF;
  }

  /** Takes a descriptor's two words. */
  void load(int selector, int low, int high) {
    this.selector = selector;
    base = baseOf(low, high);
    limit = limitOf(low, high);
    access = high >>> 8 & 0xFF;
    big = (high & 0x400000) != 0;
  }

  /** Takes what real and virtual-8086 mode make of a selector. */
  void loadParagraph(int selector, int access) {
    this.selector = selector;
    base = selector << 4;
    limit = 0xFFFF;
    this.access = access;
    big = false;
  }

  /** Takes a null selector. */
  void loadNull(int selector) {
    this.selector = selector;
    base = 0;
    limit = 0;
    access = 0;
    big = false;
  }

  void copyFrom(Segment other) {
    selector = other.selector;
    base = other.base;
    limit = other.limit;
    access = other.access;
    big = other.big;
  }

  static int baseOf(int low, int high) {
    return low >>> 16 | (high & 0xFF) << 16 | (high & 0xFF000000);
  }

  static int limitOf(int low, int high) {
    int limit = (low & 0xFFFF) | (high & 0xF0000);
    return (high & 0x800000) != 0 ? limit << 12 | 0xFFF : limit;
  }

  int dpl() {
    return access >> 5 & 3;
  }

  boolean isCode() {
    return (access & (NOT_SYSTEM | CODE)) == (NOT_SYSTEM | CODE);
  }

  /** All 4 GiB, from address 0, readable and, for data, writable: an offset is a linear address. */
  boolean isFlat() {
    int needed = PRESENT | NOT_SYSTEM | READABLE;
    return base == 0
        && limit == -1
        && big
        && (access & needed) == needed
        && (access & (CODE | EXPAND_DOWN)) != EXPAND_DOWN;
  }

  /**
   * Whether an access may go ahead.
   *
   * @param offset the offset of its first byte, unsigned
   * @param length how many bytes, at least 1
   * @param write whether it writes
   */
  boolean allows(int offset, int length, boolean write) {
    if (access == 0) {
      return false;
    }
    boolean code = (access & CODE) != 0;
    if (write ? code || (access & WRITABLE) == 0 : code && (access & READABLE) == 0) {
      return false;
    }
    long first = offset & 0xFFFFFFFFL;
    long last = first + length - 1;
    if (!code && (access & EXPAND_DOWN) != 0) {
      return first > (limit & 0xFFFFFFFFL) && last <= (big ? 0xFFFFFFFFL : 0xFFFFL);
    }
    return last <= (limit & 0xFFFFFFFFL);
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.i32(selector);
    out.i32(base);
    out.i32(limit);
    out.i32(access);
    out.flag(big);
  }

  @Override
  public void load(StateReader in) throws IOException {
    selector = in.i32();
    base = in.i32();
    limit = in.i32();
    access = in.i32(0, 0xFF, "the type of a segment");
    big = in.flag();
  }
}
