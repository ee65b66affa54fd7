package dev.virtio4j.pc;

import dev.virtio4j.host.InterruptLine;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pci.PciFunction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** A PCI function with a 64-byte I/O BAR and INTA, which tells what was done to it. */
final class FakeFunction implements PciFunction {
  static final int SIZE = 64;

  final ByteBuffer config = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
  final List<String> ioAccesses = new ArrayList<>();
  InterruptLine line;

  FakeFunction(int vendorAndDevice) {
    config.putInt(0x00, vendorAndDevice);
    config.putInt(0x10, 1);
    config.put(0x3D, (byte) 1);
  }

  @Override
  public int readConfig(int offset, int width) {
    return switch (width) {
      case 1 -> config.get(offset) & 0xFF;
      case 2 -> config.getShort(offset) & 0xFFFF;
      default -> config.getInt(offset);
    };
  }

  @Override
  public void writeConfig(int offset, int width, int value) {
    int[] writable = {0x04, 0x05, 0x10, 0x11, 0x12, 0x13, 0x3C};
    for (int i = 0; i < width; i++) {
      for (int allowed : writable) {
        if (offset + i == allowed) {
          config.put(offset + i, (byte) (value >>> (8 * i)));
        }
      }
    }
    config.putInt(0x10, (config.getInt(0x10) & -SIZE) | 1);
  }

  @Override
  public int ioBase() {
    int base = config.getInt(0x10) & -SIZE;
    boolean decoding = (config.get(0x04) & 1) != 0;
    return decoding && base >= 0 && base < 0x10000 ? base : -1;
  }

  @Override
  public int ioSize() {
    return SIZE;
  }

  @Override
  public int readIo(int offset, int width) {
    ioAccesses.add("read " + offset + "/" + width);
    return config.getShort(0x02);
  }

  @Override
  public void writeIo(int offset, int width, int value) {
    ioAccesses.add("write " + offset + "/" + width + " " + Integer.toHexString(value));
  }

  @Override
  public void connect(InterruptLine line) {
    this.line = line;
  }

  @Override
  public void reset() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.bytes(config.array());
  }

  @Override
  public void load(StateReader in) throws IOException {
    in.bytes(config.array());
  }
}
