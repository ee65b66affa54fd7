package dev.virtio4j.pc;

import java.io.ByteArrayOutputStream;
import java.util.Random;

/** Writes machine code with random numbers and operands. */
abstract class RandomEncoder {
  static final int EAX = 0;
  static final int ECX = 1;
  static final int EDX = 2;
  static final int EBP = 5;
  static final int ESI = 6;
  static final int EDI = 7;

  /** The registers that instructions may write. */
  static final int[] WRITABLE = {EAX, ECX, EDX, 3, ESI, EDI};

  /** What EBP always is: memory operands lie from here on, in the scratch memory. */
  static final int POINTER = CpuImage.SCRATCH + 0x100;

  final Random random;
  final ByteArrayOutputStream code = new ByteArrayOutputStream();

  RandomEncoder(long seed) {
    random = new Random(seed);
  }

  final void emit(int... bytes) {
    for (int value : bytes) {
      code.write(value);
    }
  }

  final void emitNumber(int value, int size) {
    for (int i = 0; i < size; i++) {
      code.write(value >>> (8 * i));
    }
  }

  /** A number, often one at the edge of something. */
  final int number() {
    return switch (random.nextInt(4)) {
      case 0 ->
          new int[] {0, 1, -1, 0x7F, 0x80, 0x7FFF, 0x8000, 0x7FFFFFFF, 0x80000000}
              [random.nextInt(9)];
      case 1 -> random.nextInt(256) - 128;
      default -> random.nextInt();
    };
  }

  final int size() {
    return 1 << random.nextInt(3);
  }

  final int wordSize() {
    return 2 << random.nextInt(2);
  }

  /** A register that an instruction of this size may write. */
  int target(int size) {
    return size == 1 ? random.nextInt(8) : WRITABLE[random.nextInt(WRITABLE.length)];
  }

  /**
   * Prefix and opcode of an instruction that has an even form for bytes and an odd one for words.
   */
  void opcode(int opcode, int size) {
    if (size == 2) {
      emit(0x66);
    }
    emit(opcode | (size == 1 ? 0 : 1));
  }

  /** The same for an opcode behind 0Fh. */
  void opcode0F(int opcode, int size, boolean hasByteForm) {
    if (size == 2) {
      emit(0x66);
    }
    emit(0x0F, hasByteForm && size != 1 ? opcode | 1 : opcode);
  }

  final void registerOperand(int reg, int size) {
    emit(0xC0 | reg << 3 | target(size));
  }

  /** A memory operand somewhere in the scratch memory. */
  void memoryOperand(int reg) {
    int displacement = random.nextInt(0x70);
    if (random.nextBoolean()) {
      emit(0x40 | reg << 3 | EBP, displacement);
    } else {
      emit(0x05 | reg << 3);
      emitNumber(POINTER + displacement, 4);
    }
  }

  final void operand(int reg, int size) {
    if (random.nextInt(3) == 0) {
      memoryOperand(reg);
    } else {
      registerOperand(reg, size);
    }
  }
}
