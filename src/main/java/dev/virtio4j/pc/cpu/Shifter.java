package dev.virtio4j.pc.cpu;

/**
 * Shifts and rotates of every size, also through the carry flag and of two operands (SHLD, SHRD).
 * They leave their flags in the {@link Alu}, which has the frequent ones itself: shifts of 32 bits
 * by a constant. Does not allocate.
 */
final class Shifter {
  private final Alu alu;

  Shifter(Alu alu) {
    this.alu = alu;
  }

  /**
   * The eight shifts and rotates of group 2 (ROL, ROR, RCL, RCR, SHL, SHR, SHL, SAR) on any size. A
   * count of 0 changes nothing.
   *
   * @param operation bits 3 to 5 of the ModRM byte
   * @param a the operand
   * @param count only its low five bits count
   * @param size 8, 16 or 32 bits
   */
  int shift(int operation, int a, int count, int size) {
    int masked = count & 0x1F;
    if (masked == 0) {
      return a;
    }
    long mask = (1L << size) - 1;
    long value = a & mask;
    return switch (operation) {
      case 0 -> rotateLeft(value, masked, size);
      case 1 -> rotateRight(value, masked, size);
      case 2 -> rotateThroughCarry(value, masked % (size + 1), size);
      case 3 -> rotateRightThroughCarry(value, masked % (size + 1), size);
      case 5 -> shiftRight(value, masked, size);
      case 7 -> shiftRight(Alu.extend((int) value, 32 - size), masked, size);
      default -> shiftLeft(value, masked, size);
    };
  }

  private int shiftLeft(long value, int count, int size) {
    long shifted = value << count;
    int narrowed = Alu.extend((int) shifted, 32 - size);
    boolean carry = (shifted >>> size & 1) != 0;
    alu.leave(narrowed, carry, carry ^ (narrowed < 0));
    return narrowed;
  }

  /** SHR and SAR, of the operand zero- or sign-extended to 64 bits. */
  private int shiftRight(long wide, int count, int size) {
    int narrowed = Alu.extend((int) (wide >> count), 32 - size);
    boolean before = (wide >> (count - 1) & 1L << (size - 1)) != 0;
    alu.leave(narrowed, (wide >> (count - 1) & 1) != 0, before ^ (narrowed < 0));
    return narrowed;
  }

  private int rotateLeft(long value, int count, int size) {
    int turn = count % size;
    int rotated = Alu.extend((int) (value << turn | value >>> (size - turn)), 32 - size);
    boolean carry = (rotated & 1) != 0;
    alu.setCarryAndOverflow(carry, carry ^ (rotated < 0));
    return rotated;
  }

  private int rotateRight(long value, int count, int size) {
    int turn = count % size;
    int rotated = Alu.extend((int) (value >>> turn | value << (size - turn)), 32 - size);
    alu.setCarryAndOverflow(rotated < 0, (rotated < 0) ^ ((rotated >> (size - 2) & 1) != 0));
    return rotated;
  }

  /** RCL by 0 to size. */
  private int rotateThroughCarry(long value, int turn, int size) {
    if (turn == 0) {
      return (int) value;
    }
    long wide = value | (long) alu.carryBit() << size;
    long turned = wide << turn | wide >>> (size + 1 - turn);
    int rotated = Alu.extend((int) turned, 32 - size);
    boolean carry = (turned >>> size & 1) != 0;
    alu.setCarryAndOverflow(carry, carry ^ (rotated < 0));
    return rotated;
  }

  /** RCR by 0 to size: the RCL that comes to the same, but for the overflow. */
  private int rotateRightThroughCarry(long value, int turn, int size) {
    if (turn == 0) {
      return (int) value;
    }
    int rotated = rotateThroughCarry(value, size + 1 - turn, size);
    alu.setCarryAndOverflow(alu.carry(), (rotated < 0) ^ ((rotated >> (size - 2) & 1) != 0));
    return rotated;
  }

  /**
   * SHLD. With 16 bits and a count over 16, the first operand follows again behind the second, as
   * on Intel processors and QEMU.
   *
   * @param count 1 to 31
   * @param size 16 or 32 bits
   */
  int shld(int a, int b, int count, int size) {
    long wide =
        size == 32
            ? (long) a << 32 | (b & 0xFFFFFFFFL)
            : (a & 0xFFFFL) << 48 | (b & 0xFFFFL) << 32 | (a & 0xFFFFL) << 16;
    return doubleShifted(
        (int) (wide << count >> (64 - size)),
        (int) (wide << (count - 1) >> (64 - size)),
        size - 1,
        size);
  }

  /** SHRD; see {@link #shld}. */
  int shrd(int a, int b, int count, int size) {
    long wide =
        size == 32
            ? (long) b << 32 | (a & 0xFFFFFFFFL)
            : (a & 0xFFFFL) << 32 | (b & 0xFFFFL) << 16 | (a & 0xFFFFL);
    return doubleShifted((int) (wide >>> count), (int) (wide >>> (count - 1)), 0, size);
  }

  /**
   * The flags of a double shift: {@code before} is the value before the last step, out of whose bit
   * {@code out} the carry came.
   */
  private int doubleShifted(int shifted, int before, int out, int size) {
    int value = Alu.extend(shifted, 32 - size);
    alu.leave(value, (before >>> out & 1) != 0, (Alu.extend(before, 32 - size) ^ value) < 0);
    return value;
  }
}
