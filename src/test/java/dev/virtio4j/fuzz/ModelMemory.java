package dev.virtio4j.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The RAM of the model, from address 0. An access that is not wholly RAM has no effect. */
final class ModelMemory {
  /** A piece of guest memory is not wholly RAM. */
  static final class NotRam extends Exception {
    private static final long serialVersionUID = 1L;

    NotRam() {
      super(null, null, false, false);
    }
  }

  private final ByteBuffer ram;

  ModelMemory(byte[] ram) {
    this.ram = ByteBuffer.wrap(ram).order(ByteOrder.LITTLE_ENDIAN);
  }

  byte[] bytes() {
    return ram.array();
  }

  /** Where in {@link #bytes} an address is. */
  int index(long address, long length) throws NotRam {
    if (address < 0 || address > ram.capacity() - length) {
      throw new NotRam();
    }
    return (int) address;
  }

  long load(long address, int width) throws NotRam {
    int index = index(address, width);
    return switch (width) {
      case 2 -> ram.getShort(index) & 0xFFFF;
      case 4 -> ram.getInt(index) & 0xFFFF_FFFFL;
      default -> ram.getLong(index);
    };
  }

  void store(long address, int width, long value) throws NotRam {
    int index = index(address, width);
    for (int i = 0; i < width; i++) {
      ram.put(index + i, (byte) (value >>> (8 * i)));
    }
  }
}
