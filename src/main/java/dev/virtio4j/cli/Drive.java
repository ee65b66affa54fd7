package dev.virtio4j.cli;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.pci.PciFunction;
import dev.virtio4j.virtio.blk.BlkCounter;
import dev.virtio4j.virtio.blk.BlkCounters;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** An open drive. Its device is made anew for each power-on; the image stays. */
final class Drive implements Closeable {
  private final DriveOptions options;
  private final BlockBackend image;
  private final List<BlkCounters> before = new ArrayList<>();
  private BlkDevice device;

  private Drive(DriveOptions options, BlockBackend image) {
    this.options = options;
    this.image = image;
  }

  /**
   * Opens the image.
   *
   * @param options what the user wants
   * @param snapshot whether what is written is thrown away at the end
   * @return the drive
   * @throws IOException if the image is not as it should be
   */
  static Drive open(DriveOptions options, boolean snapshot) throws IOException {
    return new Drive(options, options.image().open(snapshot));
  }

  /**
   * Makes a device for a machine that is about to be powered on.
   *
   * @param memory the machine's
   * @param clock the machine's
   * @return the device as a PCI function
   * @throws IllegalArgumentException if the image is none for such a device
   */
  PciFunction attach(GuestMemory memory, EventClock clock) {
    if (device != null) {
      before.add(device.counters());
    }
    try {
      device = new BlkDevice(image, options.device());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(options.file() + ": " + e.getMessage(), e);
    }
    return VirtioPciFunction.of(device, memory, clock);
  }

  /** What all its devices did, in words. */
  String figures() {
    BlkCounters total = before.stream().reduce(device.counters(), BlkCounters::plus);
    return "%s: %d requests, %d bytes read, %d bytes written, %d interrupts"
        .formatted(
            options.file(),
            total.requests(),
            total.get(BlkCounter.BYTES_READ),
            total.get(BlkCounter.BYTES_WRITTEN),
            total.get(BlkCounter.INTERRUPTS));
  }

  /**
   * Puts what was written on stable storage.
   *
   * @throws IOException if that is not certain
   */
  void flush() throws IOException {
    image.flush();
  }

  @Override
  public void close() throws IOException {
    image.close();
  }
}
