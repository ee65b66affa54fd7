package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.BlkLockstep.RAM_SIZE;

import java.nio.ByteBuffer;

/** The bytes of a fuzzer as values. Where they end, zeros follow. */
abstract class FuzzScript {
  private final ByteBuffer bytes;

  FuzzScript(byte[] input) {
    bytes = ByteBuffer.wrap(input);
  }

  final boolean hasMore() {
    return bytes.hasRemaining();
  }

  /** 1, 2 or 4 bytes. */
  final int width() {
    return 1 << u8() % 3;
  }

  /** Some nanoseconds, few or many. */
  final long time() {
    int choice = u8();
    return choice < 128 ? 50L * choice : u16();
  }

  /** A number of some kind that is worth a try. */
  final long value(int kind, int queueSize) {
    return switch (kind % 8) {
      case 0 -> u8();
      case 1 -> u16();
      case 2 -> u32();
      case 3 -> u64();
      case 4 -> RAM_SIZE - u8();
      case 5 -> -u8();
      case 6 -> queueSize - 2 + u8() % 5;
      default -> 1L << u8();
    };
  }

  final int u8() {
    return bytes.hasRemaining() ? bytes.get() & 0xFF : 0;
  }

  final int u16() {
    return u8() | u8() << 8;
  }

  final int u32() {
    return u16() | u16() << 16;
  }

  final long u64() {
    return (u32() & 0xFFFF_FFFFL) | (long) u32() << 32;
  }
}
