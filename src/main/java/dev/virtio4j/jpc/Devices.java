package dev.virtio4j.jpc;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.pci.PciFunction;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** What is plugged into a JPC. */
@FunctionalInterface
public interface Devices extends Stateful, Closeable {

  /**
   * Makes the devices, once, when the PC is made.
   *
   * @param memory the PC's
   * @param clock the PC's
   * @return the devices, in the order of their slots
   * @throws IllegalArgumentException if that can't be; the message is one line that says why
   */
  List<PciFunction> powerOn(GuestMemory memory, EventClock clock);

  /**
   * Saves by what the devices' images and the like are known again; the devices are saved by
   * themselves after this.
   */
  @Override
  default void save(StateWriter out) throws IOException {}

  @Override
  default void load(StateReader in) throws IOException {}

  /** Called when the PC is destroyed. */
  @Override
  default void close() throws IOException {}
}
