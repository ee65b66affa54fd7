package dev.virtio4j.pc.cpu;

import java.util.Arrays;

/** The {@link Block} that is being decoded: its instructions so far, and their operations. */
final class BlockBuilder {
  private long[] code = new long[512];
  private int size;
  private final short[] first = new short[Decoder.MAX_INSTRUCTIONS + 1];
  private final short[] offset = new short[Decoder.MAX_INSTRUCTIONS + 1];
  private int count;
  private boolean ended;
  private boolean faults;

  /** Begins an empty block. */
  void begin() {
    size = 0;
    count = 0;
    ended = false;
  }

  /** An instruction begins, so many bytes from the start of the block. */
  void beginInstruction(int at) {
    first[count] = (short) size;
    offset[count] = (short) at;
    faults = false;
  }

  /** The instruction is whole. */
  void endInstruction() {
    count++;
  }

  /** Takes the instruction back, as if it had not begun; gives its offset. */
  int dropInstruction() {
    size = first[count];
    ended = false;
    return offset[count];
  }

  /** How many instructions are whole. */
  int count() {
    return count;
  }

  /** Whether the last operation ends the block. */
  boolean ended() {
    return ended;
  }

  /** Whether {@link #fault} was the instruction at hand. */
  boolean faults() {
    return faults;
  }

  /**
   * The block, which is decoded up to an offset.
   *
   * @param at the offset
   * @param mode the mode that it was decoded for
   * @param nextPage the page that it crosses into, or {@link Block#NONE}
   */
  Block build(int at, int mode, int nextPage) {
    if (!ended) {
      // part of the last instruction, which ends the block
      emit(Op.NEXT, 0, 0);
    }
    first[count] = (short) size;
    offset[count] = (short) at;
    return new Block(
        Arrays.copyOf(code, size),
        Arrays.copyOf(first, count + 1),
        Arrays.copyOf(offset, count + 1),
        mode,
        nextPage);
  }

  void put(long operation) {
    if (size == code.length) {
      code = Arrays.copyOf(code, 2 * size);
    }
    code[size++] = operation;
  }

  void emit(int operation, int a, int b) {
    put(Op.of(operation, a, b, 0, 0, 0));
  }

  void emit(int operation, int a, int b, int c, int d, int immediate) {
    put(Op.of(operation, a, b, c, d, immediate));
  }

  void emitImmediate(int operation, int a, int immediate) {
    put(Op.of(operation, a, 0, 0, 0, immediate));
  }

  /** An operation that is the last of its block. */
  void end(long operation) {
    put(operation);
    ended = true;
  }

  /** The same. */
  void end(int operation, int a, int b, int c, int d, int immediate) {
    end(Op.of(operation, a, b, c, d, immediate));
  }

  /** Ends the block: the next instruction may see another mode. */
  void exit() {
    end(Op.EXIT, 0, 0, 0, 0, 0);
  }

  /** Takes back the instruction's operations and lets it fault instead. */
  void fault(int vector) {
    size = first[count];
    faults = true;
    end(Op.FAULT, 0, 0, 0, 0, vector);
  }

  /** There is no such instruction. */
  void undefined() {
    fault(GuestFault.INVALID_OPCODE);
  }
}
