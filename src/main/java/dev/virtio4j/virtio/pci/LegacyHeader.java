package dev.virtio4j.virtio.pci;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.virtio.VirtioDevice;
import java.io.IOException;

/**
 * The registers behind the I/O BAR: the virtio header, then the device-specific configuration
 * (0.9.5, section 2.2.2.1).
 *
 * <p>Accesses of other widths and places than the text has behave as on QEMU: an access that is not
 * naturally aligned falls into aligned ones; each of these reaches the register that starts at its
 * offset, with as many bytes as it has, or, if none starts there, reads as ones and writes nothing.
 * Nothing here throws.
 */
final class LegacyHeader implements Stateful {
  /** The registers, in the order of the text. Offsets and widths in bytes. */
  @SuppressWarnings("ImmutableEnumChecker") // the functions hold no state
  private enum Register {
    // spotless:off
    DEVICE_FEATURES(0,  4, h -> h.device.offeredFeatures(),            NOT_WRITABLE),
    GUEST_FEATURES (4,  4, h -> h.device.acceptedFeatures(),           (h, value) -> h.device.acceptFeatures(value)),
    QUEUE_ADDRESS  (8,  4, h -> h.device.queuePageFrame(h.selected),   (h, value) -> h.device.placeQueue(h.selected, value)),
    QUEUE_SIZE     (12, 2, h -> h.device.queueSize(h.selected),        NOT_WRITABLE),
    QUEUE_SELECT   (14, 2, h -> h.selected,                            (h, value) -> h.selected = value),
    QUEUE_NOTIFY   (16, 2, NOT_READABLE,                               (h, value) -> h.device.notified(value)),
    DEVICE_STATUS  (18, 1, h -> h.device.status(),                     LegacyHeader::setStatus),
    ISR_STATUS     (19, 1, h -> h.device.takeInterruptStatus(),        NOT_WRITABLE);
    // spotless:on

    final int offset;
    final int width;
    final Reader reader;
    final Writer writer;

    Register(int offset, int width, Reader reader, Writer writer) {
      this.offset = offset;
      this.width = width;
      this.reader = reader;
      this.writer = writer;
    }
  }

  private interface Reader {
    int read(LegacyHeader header);
  }

  private interface Writer {
    void write(LegacyHeader header, int value);
  }

  /** Where the device-specific configuration starts: no function of ours has MSI-X. */
  private static final int CONFIG = 20;

  private static final Reader NOT_READABLE = header -> -1;
  private static final Writer NOT_WRITABLE = (header, value) -> {};

  private final Register[] byOffset = new Register[CONFIG];
  private final VirtioDevice device;
  private final int size;
  private int selected;

  LegacyHeader(VirtioDevice device) {
    this.device = device;
    int used = CONFIG + device.configLength();
    size = Integer.highestOneBit(used - 1) << 1;
    for (Register register : Register.values()) {
      byOffset[register.offset] = register;
    }
  }

  /** How many bytes of I/O space header and configuration take: a power of two. */
  int size() {
    return size;
  }

  int read(int offset, int width) {
    int value = 0;
    for (int done = 0; done < width; ) {
      int step = step(offset + done, width - done);
      value |= (readAligned(offset + done, step) & mask(step)) << (8 * done);
      done += step;
    }
    return value;
  }

  void write(int offset, int width, int value) {
    for (int done = 0; done < width; ) {
      int step = step(offset + done, width - done);
      writeAligned(offset + done, step, (value >>> (8 * done)) & mask(step));
      done += step;
    }
  }

  /** The width of the largest aligned access that starts at an offset and has so many bytes. */
  private static int step(int offset, int left) {
    return Integer.lowestOneBit(offset | Integer.highestOneBit(left));
  }

  private static int mask(int width) {
    return -1 >>> (32 - 8 * width);
  }

  private int readAligned(int offset, int width) {
    if (offset >= CONFIG) {
      return device.readConfig(offset - CONFIG, width);
    }
    Register register = byOffset[offset];
    return register == null ? -1 : register.reader.read(this);
  }

  private void writeAligned(int offset, int width, int value) {
    if (offset >= CONFIG) {
      device.writeConfig(offset - CONFIG, width, value);
      return;
    }
    Register register = byOffset[offset];
    if (register != null) {
      register.writer.write(this, value & mask(register.width));
    }
  }

  private void setStatus(int value) {
    device.setStatus(value);
    if (value == 0) {
      selected = 0;
    }
  }

  /** The bus was reset. */
  void reset() {
    setStatus(0);
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("legacy header", 1);
    out.i32(selected);
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    in.begin("legacy header", 1);
    selected = in.i32(0, 0xFFFF, "the selected queue");
    in.end();
  }
}
