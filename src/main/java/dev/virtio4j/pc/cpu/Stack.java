package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.ESP;
import static dev.virtio4j.pc.cpu.Registers.SS;

/**
 * The stack, by SS and ESP, for instructions that do not know it to be flat. Words are 2 or 4 bytes
 * wide; an access beyond the segment is a stack fault.
 */
final class Stack {
  private final Cpu cpu;
  private final Registers registers;
  private final Mmu mmu;

  Stack(Cpu cpu) {
    this.cpu = cpu;
    registers = cpu.registers;
    mmu = cpu.mmu;
  }

  /** Which bits of ESP are the stack pointer: 32 or 16, as the stack segment has it. */
  int mask() {
    return registers.segments[SS].pointerMask();
  }

  void setPointer(int value) {
    int mask = mask();
    registers.r[ESP] = (registers.r[ESP] & ~mask) | (value & mask);
  }

  void push(int value, int width) {
    int pointer = registers.r[ESP] - width;
    storeAt(pointer, value, width);
    setPointer(pointer);
  }

  /** Stores a word to where the stack pointer would be such a value. */
  void storeAt(int pointer, int value, int width) {
    int linear = cpu.linear(SS, pointer & mask(), width, true);
    if (width == 4) {
      mmu.store32(linear, value);
    } else {
      mmu.store16(linear, value);
    }
  }

  /** What lies so many bytes above the top of the stack; zero-extended. */
  int load(int above, int width) {
    return loadAt(registers.r[ESP] + above, width);
  }

  /** Loads a word from where the stack pointer would be such a value; zero-extended. */
  int loadAt(int pointer, int width) {
    int linear = cpu.linear(SS, pointer & mask(), width, false);
    return width == 4 ? mmu.load32(linear) : mmu.load16(linear);
  }
}
