package dev.virtio4j.pc;

import dev.virtio4j.host.InterruptLine;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pci.PciFunction;
import java.io.IOException;
import java.util.List;

/**
 * A chipset function: registers in configuration space, but no BAR and no interrupt pin. What its
 * table does not list reads as 0 and can't be written.
 */
abstract sealed class Bridge implements PciFunction permits HostBridge, Piix3 {
  private static final int CONFIG_SIZE = 256;

  private final List<Register> registers;
  private final byte[] config = new byte[CONFIG_SIZE];
  private final byte[] writable = new byte[CONFIG_SIZE];

  /**
   * A row of the table.
   *
   * @param name the register's name in the data sheet
   * @param offset where it is in configuration space
   * @param width its width in bytes, 1 to 4
   * @param defaultValue what it holds after a reset
   * @param writable the bits that software can change
   */
  record Register(String name, int offset, int width, int defaultValue, int writable) {}

  Bridge(List<Register> registers) {
    this.registers = registers;
    for (Register register : registers) {
      store(writable, register, register.writable);
    }
    setDefaults();
  }

  private void setDefaults() {
    for (Register register : registers) {
      store(config, register, register.defaultValue);
    }
  }

  private static void store(byte[] into, Register register, int value) {
    for (int i = 0; i < register.width; i++) {
      into[register.offset + i] = (byte) (value >>> (8 * i));
    }
  }

  @Override
  public int readConfig(int offset, int width) {
    int value = 0;
    for (int i = 0; i < width; i++) {
      value |= (config[offset + i] & 0xFF) << (8 * i);
    }
    return value;
  }

  @Override
  public void writeConfig(int offset, int width, int value) {
    for (int i = 0; i < width; i++) {
      int mask = writable[offset + i];
      int written = value >>> (8 * i);
      config[offset + i] = (byte) ((config[offset + i] & ~mask) | (written & mask));
    }
  }

  @Override
  public void reset() {
    setDefaults();
  }

  @Override
  public int ioBase() {
    return -1;
  }

  @Override
  public int ioSize() {
    throw noBar();
  }

  @Override
  public int readIo(int offset, int width) {
    throw noBar();
  }

  @Override
  public void writeIo(int offset, int width, int value) {
    throw noBar();
  }

  /** The host asks for these only where {@link #ioBase} names a place. */
  private static UnsupportedOperationException noBar() {
    return new UnsupportedOperationException("a bridge has no BAR");
  }

  @Override
  public void connect(InterruptLine line) {
    // It has no interrupt pin.
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("bridge", 1);
    out.bytes(config);
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    byte[] saved = new byte[CONFIG_SIZE];
    in.begin("bridge", 1);
    in.bytes(saved);
    for (int i = 0; i < CONFIG_SIZE; i++) {
      if (((saved[i] ^ config[i]) & ~writable[i]) != 0) {
        throw in.wrong("is of another bridge");
      }
      config[i] = saved[i];
    }
    in.end();
  }
}
