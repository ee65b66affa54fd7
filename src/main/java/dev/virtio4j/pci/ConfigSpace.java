package dev.virtio4j.pci;

import dev.virtio4j.host.InterruptLine;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.IOException;

/**
 * The 256 bytes of configuration space of a function with a type-0 header, one I/O BAR (BAR 0) and
 * the interrupt pin INTA. There are no capabilities. Each bit is either read-only or keeps what was
 * written; which, a mask for each byte says (PCI Local Bus Specification 2.3, section 6.1).
 */
public final class ConfigSpace implements Stateful {
  /** The fields of the header that are not zero or not read-only, in the order of the text. */
  private enum Field {
    // spotless:off
    VENDOR_ID           (0x00, 2, 0),
    DEVICE_ID           (0x02, 2, 0),
    COMMAND             (0x04, 2, COMMAND_WRITABLE),
    STATUS              (0x06, 2, 0),
    REVISION_ID         (0x08, 1, 0),
    CLASS_CODE          (0x09, 3, 0),
    CACHE_LINE_SIZE     (0x0C, 1, 0xFF),
    BAR_0               (0x10, 4, 0), // depends on its size
    SUBSYSTEM_VENDOR_ID (0x2C, 2, 0),
    SUBSYSTEM_ID        (0x2E, 2, 0),
    INTERRUPT_LINE      (0x3C, 1, 0xFF),
    INTERRUPT_PIN       (0x3D, 1, 0);
    // spotless:on

    final int offset;
    final int width;
    final int writable;

    Field(int offset, int width, int writable) {
      this.offset = offset;
      this.width = width;
      this.writable = writable;
    }
  }

  private static final int SIZE = 256;

  /** Section 6.2.2: command register. */
  private static final int COMMAND_IO_SPACE = 1 << 0;

  private static final int COMMAND_INTERRUPT_DISABLE = 1 << 10;

  /** I/O space, memory space, bus master, SERR# enable and interrupt disable, as QEMU has it. */
  private static final int COMMAND_WRITABLE = 0x507;

  /** Section 6.2.3: status register; set while the function asks for an interrupt. */
  private static final int STATUS_INTERRUPT = 1 << 3;

  /** Section 6.2.5.1: bit 0 marks a BAR as one of I/O space. */
  private static final int BAR_IO = 1;

  private static final int PIN_INTA = 1;
  private static final int PORTS = 0x10000;

  private final byte[] bytes = new byte[SIZE];
  private final byte[] writable = new byte[SIZE];
  private final byte[] powerOn;
  private final int barSize;
  private InterruptLine line = asserted -> {};

  /**
   * Lays out the header.
   *
   * @param identity what the function is
   * @param barSize the size of the I/O BAR in bytes: a power of two, 4 to 256
   * @throws IllegalArgumentException if the size is no such number
   */
  public ConfigSpace(PciIdentity identity, int barSize) {
    if (Integer.bitCount(barSize) != 1 || barSize < 4 || barSize > 256) {
      throw new IllegalArgumentException("not a size of an I/O BAR: " + barSize);
    }
    this.barSize = barSize;
    for (Field field : Field.values()) {
      store(writable, field, field.writable);
    }
    store(writable, Field.BAR_0, -barSize);

    store(bytes, Field.VENDOR_ID, identity.vendor());
    store(bytes, Field.DEVICE_ID, identity.device());
    store(bytes, Field.REVISION_ID, identity.revision());
    store(bytes, Field.CLASS_CODE, identity.classCode());
    store(bytes, Field.BAR_0, BAR_IO);
    store(bytes, Field.SUBSYSTEM_VENDOR_ID, identity.subsystemVendor());
    store(bytes, Field.SUBSYSTEM_ID, identity.subsystem());
    store(bytes, Field.INTERRUPT_PIN, PIN_INTA);
    powerOn = bytes.clone();
  }

  /**
   * Reads some bytes; what lies past the end reads as zero.
   *
   * @param offset 0 to 255
   * @param width 1, 2 or 4 bytes
   * @return the value, zero above its width
   */
  public int read(int offset, int width) {
    int value = 0;
    for (int i = 0; i < width && offset + i < SIZE; i++) {
      value |= (bytes[offset + i] & 0xFF) << (8 * i);
    }
    return value;
  }

  /**
   * Writes the bits that are writable.
   *
   * @param offset 0 to 255
   * @param width 1, 2 or 4 bytes
   * @param value the value in the low bytes
   */
  public void write(int offset, int width, int value) {
    for (int i = 0; i < width && offset + i < SIZE; i++) {
      int mask = writable[offset + i];
      int written = value >>> (8 * i);
      bytes[offset + i] = (byte) ((bytes[offset + i] & ~mask) | (written & mask));
    }
    driveLine();
  }

  /**
   * Where the BAR answers.
   *
   * @return the first port, or -1 while I/O decoding is off, or the BAR is at 0 or past the last
   *     port
   */
  public int ioBase() {
    int base = load(Field.BAR_0) & -barSize;
    boolean decoding = (load(Field.COMMAND) & COMMAND_IO_SPACE) != 0;
    return decoding && base > 0 && base < PORTS ? base : -1;
  }

  /**
   * The size of the I/O BAR.
   *
   * @return bytes, a power of two
   */
  public int ioSize() {
    return barSize;
  }

  /**
   * Connects INTA.
   *
   * @param line where it leads
   */
  public void connect(InterruptLine line) {
    this.line = line;
    driveLine();
  }

  /**
   * Sets whether the function asks for an interrupt. The status register shows it; the line follows
   * unless the command register disables it.
   *
   * @param asserted true to ask
   */
  public void setInterrupt(boolean asserted) {
    int status = bytes[Field.STATUS.offset];
    int changed = asserted ? status | STATUS_INTERRUPT : status & ~STATUS_INTERRUPT;
    bytes[Field.STATUS.offset] = (byte) changed;
    driveLine();
  }

  /** Everything is as after power-on; the line is low. */
  public void reset() {
    System.arraycopy(powerOn, 0, bytes, 0, SIZE);
    driveLine();
  }

  private void driveLine() {
    line.set(
        (bytes[Field.STATUS.offset] & STATUS_INTERRUPT) != 0
            && (load(Field.COMMAND) & COMMAND_INTERRUPT_DISABLE) == 0);
  }

  private int load(Field field) {
    return read(field.offset, field.width);
  }

  private static void store(byte[] into, Field field, int value) {
    for (int i = 0; i < field.width; i++) {
      into[field.offset + i] = (byte) (value >>> (8 * i));
    }
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("configuration space", 1);
    out.bytes(bytes);
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    byte[] saved = new byte[SIZE];
    in.begin("configuration space", 1);
    in.bytes(saved);
    for (int i = 0; i < SIZE; i++) {
      int own = i == Field.STATUS.offset ? writable[i] | STATUS_INTERRUPT : writable[i];
      if (((saved[i] ^ powerOn[i]) & ~own) != 0) {
        throw in.wrong("is of another function");
      }
    }
    System.arraycopy(saved, 0, bytes, 0, SIZE);
    in.end();
    driveLine();
  }
}
