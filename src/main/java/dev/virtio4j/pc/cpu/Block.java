package dev.virtio4j.pc.cpu;

/**
 * A straight run of decoded instructions: up to a jump, the end of the page, or {@link
 * Decoder#MAX_INSTRUCTIONS}. It holds nothing of the linear address at which it runs, so that one
 * block serves every mapping of its page.
 */
final class Block {
  /** No next page. */
  static final int NONE = -1;

  /** The micro-operations; see {@link Op}. */
  final long[] code;

  /** For each instruction, and one past the last: the index of its first micro-operation. */
  final short[] first;

  /**
   * For each instruction, and one past the last: its offset in bytes from the start of the block.
   */
  final short[] offset;

  /** How many instructions. */
  final int count;

  /** How many bytes. */
  final int length;

  /** The mode that it was decoded for; see {@link Decoder}. */
  final int mode;

  /** Whether its only instruction reaches into the next page. */
  final boolean crosses;

  /** The place of the next page, where the block crosses into it; else {@link #NONE}. */
  final int nextPage;

  /** Cleared when a byte of it was written. */
  boolean valid = true;

  /**
   * How often it was entered, until it was translated; see {@link Translator}. One that crosses is
   * never hot: only the interpreter runs it, and another search for a hot one fetches again.
   */
  int runs;

  /** The region that begins with it, as bytecode; null where there is none. */
  Translation translation;

  /**
   * The block that followed the last time a jump at the end of this one stayed in its page, if any.
   */
  Block taken;

  /** The block that follows in the same page without a jump, if it is known. */
  Block next;

  Block(long[] code, short[] first, short[] offset, int mode, int nextPage) {
    this.code = code;
    this.first = first;
    this.offset = offset;
    this.mode = mode;
    this.nextPage = nextPage;
    count = first.length - 1;
    length = offset[count];
    crosses = nextPage != NONE;
    runs = crosses ? Integer.MIN_VALUE : 0;
  }

  /** Remembers the block that follows in the same page, with a jump or without. */
  void link(Block following, boolean byJump) {
    if (crosses || following.crosses) {
      return;
    }
    if (byJump) {
      taken = following;
    } else {
      next = following;
    }
  }

  /** The instruction that a micro-operation belongs to. */
  int instructionOf(int operation) {
    int instruction = 0;
    while (first[instruction + 1] <= operation) {
      instruction++;
    }
    return instruction;
  }
}
