package dev.virtio4j.drive;

import dev.virtio4j.virtio.blk.BlkDevice;
import java.io.IOException;

/**
 * A drive as a block device.
 *
 * @param device the device
 */
record BlkFront(BlkDevice device) implements FrontEnd {
  /** Why there is no block device to be plugged in or out. */
  static final String NO_HOTPLUG =
      "a virtio disk is a PCI card, and this PC has no hotplug for those; use if=scsi";

  @Override
  public DriveCounters counters() {
    return DriveCounters.of(device.counters());
  }

  @Override
  public void resize(long bytes) throws IOException {
    device.resize(bytes);
  }

  @Override
  public void unplug() {
    throw new IllegalArgumentException(NO_HOTPLUG);
  }
}
