package dev.virtio4j.plugin;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.pci.PciFunction;
import java.io.Closeable;
import java.io.IOException;

/** A device that a {@link DeviceFactory} opened. */
@FunctionalInterface
public interface PluginDevice extends Closeable {

  /**
   * Makes the PCI function, once, when the PC is powered on.
   *
   * @param memory the PC's
   * @param clock the PC's
   * @return the function
   * @throws IllegalArgumentException if that can't be; the message is one line that says why
   */
  PciFunction powerOn(GuestMemory memory, EventClock clock);

  /** Gives back what was opened. */
  @Override
  default void close() throws IOException {}
}
