package dev.virtio4j.pc.x87;

import static dev.virtio4j.pc.x87.StatusWord.BUSY;
import static dev.virtio4j.pc.x87.StatusWord.ERROR_SUMMARY;
import static dev.virtio4j.pc.x87.StatusWord.EXCEPTIONS;
import static dev.virtio4j.pc.x87.StatusWord.STACK_FAULT;
import static dev.virtio4j.pc.x87.StatusWord.TOP;
import static dev.virtio4j.pc.x87.StatusWord.TOP_SHIFT;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.pc.x87.Extended.Kind;
import java.io.IOException;
import java.util.Arrays;

/**
 * The registers of the x87: the register stack, the control, status and tag words, and their
 * formats in memory (Intel SDM volume 1, section 8.1). The pointers to the last instruction and its
 * operand are not kept; they are stored as zero.
 */
final class FpuRegisters implements Stateful {
  private static final int INITIAL_CONTROL = 0x37F;
  private static final int CONTROL_MASK = 0x1F3F;
  private static final int CONTROL_ONES = 0x40;
  private static final int STATUS_MASK = 0xFFFF & ~(TOP | ERROR_SUMMARY | BUSY);

  // The tags of two bits.
  private static final int TAG_VALID = 0;
  private static final int TAG_ZERO = 1;
  private static final int TAG_SPECIAL = 2;
  private static final int TAG_EMPTY = 3;

  /** R0 to R7; those that are empty keep their last value. */
  private final Extended[] values = new Extended[8];

  /** Which of R0 to R7 are in use, a bit each. The rest of the tag word follows from the values. */
  private int used;

  private int control;

  /** The status word without TOP, the error summary and the busy bit. */
  private int status;

  private int top;

  FpuRegisters() {
    Arrays.fill(values, Extended.ZERO);
    initialize();
  }

  /** As FNINIT does. */
  void initialize() {
    control = INITIAL_CONTROL;
    status = 0;
    top = 0;
    used = 0;
  }

  int control() {
    return control;
  }

  void setControl(int word) {
    control = (word & CONTROL_MASK) | CONTROL_ONES;
  }

  /** Exceptions that are not masked, of some. */
  int unmasked(int exceptions) {
    return exceptions & ~control & EXCEPTIONS;
  }

  boolean errorPending() {
    return unmasked(status) != 0;
  }

  int statusWord() {
    return status | top << TOP_SHIFT | (errorPending() ? ERROR_SUMMARY | BUSY : 0);
  }

  /** Replaces some bits of the status word, TOP and the summary aside, by those that are set. */
  void updateStatus(int cleared, int set) {
    status = (status & ~cleared) | set;
  }

  boolean isEmpty(int i) {
    return (used >> physical(i) & 1) == 0;
  }

  private int physical(int i) {
    return (top + i) & 7;
  }

  /** The value in ST(i), or the last one if that is empty. */
  Extended get(int i) {
    return values[physical(i)];
  }

  void set(int i, Extended value) {
    values[physical(i)] = value;
    used |= 1 << physical(i);
  }

  void free(int i) {
    used &= ~(1 << physical(i));
  }

  /** Turns the stack so that ST(i) becomes ST(0). */
  void rotate(int i) {
    top = physical(i);
  }

  /** Loads the environment, in the format of an operand size of 32 or 16 bits. */
  void loadEnvironment(FpuBus bus, int linear, boolean wide) {
    int step = wide ? 4 : 2;
    setControl(bus.load16(linear));
    int word = bus.load16(linear + step);
    status = word & STATUS_MASK;
    top = (word & TOP) >> TOP_SHIFT;
    int tags = bus.load16(linear + 2 * step);
    used = 0;
    for (int register = 0; register < 8; register++) {
      used |= (tags >> (2 * register) & 3) == TAG_EMPTY ? 0 : 1 << register;
    }
  }

  /** Stores the environment. Reserved halves are all ones. */
  void storeEnvironment(FpuBus bus, int linear, boolean wide) {
    int[] words = {control, statusWord(), tagWord(), 0, 0, 0, 0};
    for (int word = 0; word < words.length; word++) {
      if (wide) {
        boolean isPointer = word >= 3 && word < 6;
        bus.store32(linear + 4 * word, isPointer ? 0 : words[word] | 0xFFFF0000);
      } else {
        bus.store16(linear + 2 * word, words[word]);
      }
    }
  }

  private int tagWord() {
    int tags = 0;
    for (int register = 0; register < 8; register++) {
      tags |= tag(register) << (2 * register);
    }
    return tags;
  }

  private int tag(int register) {
    if ((used >> register & 1) == 0) {
      return TAG_EMPTY;
    }
    Kind kind = values[register].kind();
    return kind == Kind.NORMAL ? TAG_VALID : kind == Kind.ZERO ? TAG_ZERO : TAG_SPECIAL;
  }

  /** Loads ST(0) to ST(7), empty ones too. */
  void loadStack(FpuBus bus, int linear) {
    for (int i = 0; i < 8; i++) {
      values[physical(i)] = load(bus, linear + 10 * i);
    }
  }

  void storeStack(FpuBus bus, int linear) {
    for (int i = 0; i < 8; i++) {
      store(bus, linear + 10 * i, get(i));
    }
  }

  /** Loads an m80. */
  static Extended load(FpuBus bus, int linear) {
    return new Extended(bus.load16(linear + 8), bus.load64(linear));
  }

  /** Stores an m80. */
  static void store(FpuBus bus, int linear, Extended value) {
    bus.store64(linear, value.significand());
    bus.store16(linear + 8, value.signExponent());
  }

  /** As FNCLEX does. */
  void clearExceptions() {
    status &= ~(EXCEPTIONS | STACK_FAULT);
  }

  /** As FNSTENV does once it has stored. */
  void maskExceptions() {
    control |= EXCEPTIONS;
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("x87", 1);
    for (Extended value : values) {
      out.i32(value.signExponent());
      out.i64(value.significand());
    }
    out.i32(used);
    out.i32(control);
    out.i32(status);
    out.i32(top);
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    in.begin("x87", 1);
    for (int i = 0; i < values.length; i++) {
      values[i] = new Extended(in.i32(0, 0xFFFF, "a sign and exponent"), in.i64());
    }
    used = in.i32(0, 0xFF, "the registers in use");
    setControl(in.i32());
    status = in.i32() & STATUS_MASK;
    top = in.i32(0, 7, "TOP");
    in.end();
  }
}
