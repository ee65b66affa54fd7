package dev.virtio4j.qtest;

import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.GuestMemoryException;
import java.util.Arrays;

/**
 * Guest memory as the CPU sees it, where every address answers: what is not RAM reads as zero and
 * ignores writes, also as a part of a longer access. Addresses have 64 bits and wrap around.
 */
final class AddressSpace {
  /** RAM begins and ends at multiples of this. */
  private static final int PAGE = 4096;

  private final GuestMemory memory;

  AddressSpace(GuestMemory memory) {
    this.memory = memory;
  }

  /**
   * Reads bytes.
   *
   * @param address of the first
   * @param length how many
   * @return the bytes
   */
  byte[] read(long address, int length) {
    byte[] bytes = new byte[length];
    for (int done = 0; done < length; ) {
      int part = withinPage(address + done, length - done);
      try {
        memory.read(address + done, bytes, done, part);
      } catch (GuestMemoryException e) {
        // nobody answers: the bytes stay zero
      }
      done += part;
    }
    return bytes;
  }

  /**
   * Writes bytes.
   *
   * @param address of the first
   * @param bytes all of them
   */
  void write(long address, byte[] bytes) {
    for (int done = 0; done < bytes.length; ) {
      int part = withinPage(address + done, bytes.length - done);
      writePart(address + done, bytes, done, part);
      done += part;
    }
  }

  /**
   * Writes the same byte to all of a range.
   *
   * @param address of the first
   * @param length how many
   * @param value the byte in the low 8 bits
   */
  void fill(long address, long length, int value) {
    byte[] page = new byte[PAGE];
    Arrays.fill(page, (byte) value);
    for (long done = 0; done < length; ) {
      int part = withinPage(address + done, length - done);
      writePart(address + done, page, 0, part);
      done += part;
    }
  }

  private void writePart(long address, byte[] from, int offset, int length) {
    try {
      memory.write(address, from, offset, length);
    } catch (GuestMemoryException e) {
      // nobody answers: the bytes are lost
    }
  }

  /** How much of an access lies in the page where it begins. */
  private static int withinPage(long address, long length) {
    return (int) Math.min(length, PAGE - (address & (PAGE - 1)));
  }
}
