package dev.virtio4j.pc;

import static dev.virtio4j.pc.Flags.A;
import static dev.virtio4j.pc.Flags.ARITHMETIC;
import static dev.virtio4j.pc.Flags.C;
import static dev.virtio4j.pc.Flags.O;
import static dev.virtio4j.pc.Flags.P;
import static dev.virtio4j.pc.Flags.S;
import static dev.virtio4j.pc.Flags.Z;

import java.util.Arrays;

/**
 * Writes random integer instructions. What the manual leaves undefined is never read: {@code
 * undefined} holds the flags that are so at the moment, and instructions that would read one of
 * them are not chosen.
 *
 * <p>Longer than other files, because it is the table of what it can draw.
 */
abstract class RandomOperations extends RandomEncoder {

  private static final int COUNTER = CpuImage.SCRATCH + 0x3F0;

  /** What each pair of conditions reads. */
  private static final int[] CONDITION_READS = {O, C, Z, C | Z, S, P, S | O, Z | S | O};

  /** The flags that are undefined now. */
  int undefined;

  /** How many words were pushed and not popped. */
  int pushed;

  RandomOperations(long seed) {
    super(seed);
  }

  /**
   * Writes one.
   *
   * @param nest whether it may be a jump over others, or a loop of them
   */
  final void instruction(boolean nest) {
    while (!choose(random.nextInt(nest ? 38 : 36))) {
      // It would have read an undefined flag, or there is nothing to pop.
    }
  }

  /** Writes an instruction of the kind; false if none is possible now. */
  private boolean choose(int kind) {
    return switch (kind) {
      case 0, 1, 2, 3, 4 -> arithmetic();
      case 5 -> test();
      case 6, 7 -> incrementOrDecrement();
      case 8 -> notOrNegate();
      case 9, 10 -> multiply();
      case 11 -> divide();
      case 12, 13, 14 -> shift();
      case 15 -> doubleShift();
      case 16 -> bitTest();
      case 17 -> bitScan();
      case 18, 19, 20 -> move();
      case 21 -> extend();
      case 22, 23 -> exchange();
      case 24 -> exchangeEightBytes();
      case 25 -> loadAddress();
      case 26 -> setOrMoveIf();
      case 27, 28 -> push();
      case 29, 30 -> pop();
      case 31 -> flags();
      case 32 -> decimal();
      case 33 -> string();
      case 34 -> convert();
      case 35 -> pushFlags();
      case 36 -> jump();
      default -> loop();
    };
  }

  // Flags.

  /** After an instruction that gives some flags a value and makes others undefined. */
  private boolean sets(int defined, int undefinedNow) {
    undefined = (undefined & ~defined) | undefinedNow;
    return true;
  }

  /** Whether an instruction may read some flags. */
  boolean canRead(int flags) {
    return (undefined & flags) == 0;
  }

  // Instructions.

  private boolean arithmetic() {
    int operation = random.nextInt(8);
    if ((operation == 2 || operation == 3) && !canRead(C)) {
      return false;
    }
    int size = size();
    switch (random.nextInt(5)) {
      case 0 -> {
        opcode(operation << 3, size);
        operand(target(size), size);
      }
      case 1 -> {
        opcode(operation << 3 | 2, size);
        operand(target(size), size);
      }
      case 2 -> {
        opcode(operation << 3 | 4, size);
        emitNumber(number(), size);
      }
      case 3 -> {
        opcode(0x80, size);
        operand(operation, size);
        emitNumber(number(), size);
      }
      default -> {
        opcode(size == 1 ? 0x80 : 0x83, size);
        operand(operation, size);
        emit(number());
      }
    }
    boolean logical = operation == 1 || operation == 4 || operation == 6;
    return sets(ARITHMETIC, logical ? A : 0);
  }

  private boolean test() {
    int size = size();
    if (random.nextBoolean()) {
      opcode(0x84, size);
      operand(target(size), size);
    } else {
      opcode(0xF6, size);
      operand(0, size);
      emitNumber(number(), size);
    }
    return sets(ARITHMETIC, A);
  }

  private boolean incrementOrDecrement() {
    int decrement = random.nextInt(2);
    if (random.nextBoolean()) {
      emit(0x40 | decrement << 3 | target(4));
    } else {
      int size = size();
      opcode(0xFE, size);
      operand(decrement, size);
    }
    return sets(ARITHMETIC & ~C, 0);
  }

  private boolean notOrNegate() {
    int negate = random.nextInt(2);
    int size = size();
    opcode(0xF6, size);
    operand(2 | negate, size);
    return sets(negate == 0 ? 0 : ARITHMETIC, 0);
  }

  private boolean multiply() {
    int size = wordSize();
    switch (random.nextInt(4)) {
      case 0 -> {
        size = size();
        opcode(0xF6, size);
        operand(4 | random.nextInt(2), size);
      }
      case 1 -> {
        opcode0F(0xAF, size, false);
        operand(target(size), size);
      }
      case 2 -> {
        opcode(0x69, size);
        operand(target(size), size);
        emitNumber(number(), size);
      }
      default -> {
        opcode(0x6B, size);
        operand(target(size), size);
        emit(number());
      }
    }
    return sets(C | O, S | Z | A | P);
  }

  /** Of operands that don't fault: an odd divisor, a small dividend. */
  private boolean divide() {
    switch (random.nextInt(3)) {
      case 0 -> emit(0x31, 0xD2, 0x83, 0xC9, 1, 0xF7, 0xF1); // xor edx; or $1,ecx; div ecx
      case 1 -> emit(0x0F, 0xB6, 0xC0, 0x80, 0xC9, 1, 0xF6, 0xF1); // movzbl al; or $1,cl; div cl
      default -> emit(0x0F, 0xBF, 0xC0, 0x99, 0x83, 0xC9, 1, 0xF7, 0xF9); // cwde; cltd; idiv ecx
    }
    return sets(0, ARITHMETIC);
  }

  private boolean shift() {
    int operation = random.nextInt(8);
    boolean rotate = operation < 4;
    boolean throughCarry = operation == 2 || operation == 3;
    if (throughCarry && !canRead(C)) {
      return false;
    }
    int defined = rotate ? C : C | S | Z | P;
    int size = size();
    switch (random.nextInt(3)) {
      case 0 -> {
        opcode(0xD0, size);
        operand(operation, size);
        return sets(defined | O, rotate ? 0 : A);
      }
      case 1 -> {
        int count = 2 + random.nextInt(Math.max(6, 8 * size - 2));
        opcode(0xC0, size);
        operand(operation, size);
        emit(count | random.nextInt(8) << 5);
        return sets(defined, rotate ? O : O | A);
      }
      default -> {
        opcode(0xD2, size);
        operand(operation, size);
        // CL may be 0, which leaves the flags alone, and more than the width, which leaves CF open.
        return sets(0, (rotate ? O : O | A) | (rotate || size == 4 ? 0 : C));
      }
    }
  }

  private boolean doubleShift() {
    int opcode = random.nextBoolean() ? 0xA4 : 0xAC;
    if (random.nextBoolean()) {
      int size = wordSize();
      opcode0F(opcode, size, false);
      operand(target(size), size);
      emit(2 + random.nextInt(8 * size - 2));
      return sets(C | S | Z | P, O | A);
    }
    opcode0F(opcode | 1, 4, false);
    operand(target(4), 4);
    return sets(0, O | A);
  }

  private boolean bitTest() {
    int operation = 4 | random.nextInt(4);
    int size = wordSize();
    if (random.nextBoolean()) {
      opcode0F(0xBA, size, false);
      operand(operation, size);
      emit(number());
    } else {
      int register = random.nextInt(4);
      emit(0x0F, 0xB6, 0xC0 | register << 3 | register); // the bit offset stays below 256
      opcode0F(0x83 | operation << 3, size, false);
      operand(register, size);
    }
    return sets(C, O | S | A | P);
  }

  private boolean bitScan() {
    int size = wordSize();
    opcode0F(0xBC | random.nextInt(2), size, false);
    operand(target(size), size);
    return sets(Z, C | O | S | A | P);
  }

  private boolean move() {
    int size = size();
    switch (random.nextInt(6)) {
      case 0 -> {
        opcode(0x88, size);
        operand(target(size), size);
      }
      case 1 -> {
        opcode(0x8A, size);
        operand(target(size), size);
      }
      case 2 -> {
        opcode(0xC6, size);
        operand(0, size);
        emitNumber(number(), size);
      }
      case 3 -> {
        opcode(0xA0 | random.nextInt(2) << 1, size);
        emitNumber(POINTER + random.nextInt(0x70), 4);
      }
      case 4 -> {
        emit(0xB8 | target(4));
        emitNumber(number(), 4);
      }
      default -> indexedMove();
    }
    return true;
  }

  /** With base, index, scale and displacement; the index stays below 32. */
  private void indexedMove() {
    int index = WRITABLE[random.nextInt(4)];
    emit(0x83, 0xE0 | index, 0x1F);
    sets(ARITHMETIC, A);
    int size = size();
    opcode(0x88 | random.nextInt(2) << 1, size);
    emit(0x44 | target(size) << 3, random.nextInt(4) << 6 | index << 3 | EBP, random.nextInt(0x70));
  }

  private boolean extend() {
    int size = wordSize();
    boolean ofWord = size == 4 && random.nextBoolean();
    opcode0F((random.nextBoolean() ? 0xB6 : 0xBE) | (ofWord ? 1 : 0), size, false);
    operand(target(size), ofWord ? 2 : 1);
    return true;
  }

  private boolean exchange() {
    int size = size();
    switch (random.nextInt(5)) {
      case 0 -> {
        opcode(0x86, size);
        operand(target(size), size);
      }
      case 1 -> emit(0x90 | target(4));
      case 2 -> emit(0x0F, 0xC8 | target(4));
      case 3 -> {
        opcode0F(0xC0, size, true);
        operand(target(size), size);
        sets(ARITHMETIC, 0);
      }
      default -> {
        opcode0F(0xB0, size, true);
        operand(target(size), size);
        sets(ARITHMETIC, 0);
      }
    }
    return true;
  }

  private boolean exchangeEightBytes() {
    emit(0xEB, 0); // QEMU 7.2 takes old flags for those of the same basic block
    emit(0x0F, 0xC7);
    memoryOperand(1);
    return sets(Z, 0);
  }

  private boolean loadAddress() {
    int base = random.nextInt(8);
    int index = random.nextInt(8); // 4 is none
    opcode(0x8D, wordSize());
    emit(0x84 | target(4) << 3, random.nextInt(4) << 6 | index << 3 | base);
    emitNumber(number(), 4);
    return true;
  }

  private boolean setOrMoveIf() {
    int condition = random.nextInt(16);
    if (!canRead(CONDITION_READS[condition >> 1])) {
      return false;
    }
    if (random.nextBoolean()) {
      emit(0x0F, 0x90 | condition);
      operand(random.nextInt(8), 1);
    } else {
      int size = wordSize();
      opcode0F(0x40 | condition, size, false);
      operand(target(size), size);
    }
    return true;
  }

  private boolean push() {
    if (pushed > 16) {
      return false;
    }
    switch (random.nextInt(4)) {
      case 0 -> emit(0x50 | random.nextInt(8));
      case 1 -> emit(0x6A, number());
      case 2 -> {
        emit(0x68);
        emitNumber(number(), 4);
      }
      default -> {
        emit(0xFF);
        operand(6, 4);
      }
    }
    pushed++;
    return true;
  }

  private boolean pop() {
    if (pushed == 0) {
      return false;
    }
    if (random.nextBoolean()) {
      emit(0x58 | target(4));
    } else {
      emit(0x8F);
      operand(0, 4);
    }
    pushed--;
    return true;
  }

  private boolean pushFlags() {
    if (!canRead(ARITHMETIC)) {
      return false;
    }
    emit(0x9C, 0x58 | target(4));
    return true;
  }

  private boolean flags() {
    switch (random.nextInt(5)) {
      case 0 -> {
        emit(0x9E);
        return sets(S | Z | A | P | C, 0);
      }
      case 1 -> {
        if (!canRead(S | Z | A | P | C)) {
          return false;
        }
        emit(0x9F);
        return true;
      }
      case 2 -> {
        if (!canRead(C)) {
          return false;
        }
        emit(0xF5);
        return true;
      }
      default -> {
        emit(0xF8 | random.nextInt(2));
        return sets(C, 0);
      }
    }
  }

  private boolean decimal() {
    switch (random.nextInt(4)) {
      case 0 -> {
        if (!canRead(A | C)) {
          return false;
        }
        emit(0x27 | random.nextInt(2) << 3);
        return sets(S | Z | A | P | C, O);
      }
      case 1 -> {
        if (!canRead(A)) {
          return false;
        }
        emit(0x37 | random.nextInt(2) << 3);
        return sets(A | C, O | S | Z | P);
      }
      case 2 -> emit(0xD4, 1 + random.nextInt(20));
      default -> emit(0xD5, random.nextInt(20));
    }
    return sets(S | Z | P, O | A | C);
  }

  /** Between two places near EBP, up or down, once or some times. */
  private boolean string() {
    emit(0x8D, 0x40 | ESI << 3 | EBP, random.nextInt(0x70));
    emit(0x8D, 0x40 | EDI << 3 | EBP, random.nextInt(0x70));
    int operation = new int[] {0xA4, 0xA6, 0xAA, 0xAC, 0xAE}[random.nextInt(5)];
    boolean backwards = random.nextInt(4) == 0;
    boolean repeated = random.nextBoolean();
    if (repeated) {
      emit(0xB8 | ECX);
      emitNumber(1 + random.nextInt(12), 4);
    }
    if (backwards) {
      emit(0xFD);
    }
    if (repeated) {
      emit(0xF2 | random.nextInt(2));
    }
    opcode(operation, size());
    if (backwards) {
      emit(0xFC);
    }
    boolean compares = operation == 0xA6 || operation == 0xAE;
    return sets(compares ? ARITHMETIC : 0, 0);
  }

  private boolean convert() {
    if (random.nextBoolean()) {
      emit(0x66);
    }
    emit(0x98 | random.nextInt(2));
    return true;
  }

  /** Over some instructions, or not. */
  private boolean jump() {
    int condition = random.nextInt(16);
    if (!canRead(CONDITION_READS[condition >> 1])) {
      return false;
    }
    int before = undefined;
    int level = pushed;
    byte[] skipped = body(1 + random.nextInt(3));
    if (pushed != level) {
      pushed = level;
      undefined = before;
      return false;
    }
    if (random.nextBoolean()) {
      emit(0x70 | condition, skipped.length);
    } else {
      emit(0x0F, 0x80 | condition);
      emitNumber(skipped.length, 4);
    }
    code.writeBytes(skipped);
    undefined |= before;
    return true;
  }

  /** Runs some instructions some times; nothing is known about the flags where it begins. */
  private boolean loop() {
    int before = undefined;
    int level = pushed;
    undefined = ARITHMETIC;
    byte[] repeated = body(1 + random.nextInt(4));
    if (pushed != level || repeated.length > 100) {
      pushed = level;
      undefined = before;
      return false;
    }
    emit(0xC7, 0x05);
    emitNumber(COUNTER, 4);
    emitNumber(1 + random.nextInt(40), 4);
    code.writeBytes(repeated);
    emit(0xFF, 0x0D);
    emitNumber(COUNTER, 4);
    emit(0x75, -(repeated.length + 8));
    return sets(ARITHMETIC & ~C, 0);
  }

  /** Some instructions that are not in the sequence yet. */
  final byte[] body(int length) {
    byte[] before = code.toByteArray();
    for (int i = 0; i < length; i++) {
      instruction(false);
    }
    byte[] all = code.toByteArray();
    code.reset();
    code.writeBytes(before);
    return Arrays.copyOfRange(all, before.length, all.length);
  }
}
