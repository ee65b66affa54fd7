package dev.virtio4j.virtio.pci;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.InterruptLine;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pci.ConfigSpace;
import dev.virtio4j.pci.PciFunction;
import dev.virtio4j.virtio.VirtioDevice;
import java.io.IOException;

/**
 * A virtio device as a legacy PCI function: a configuration header, and behind its I/O BAR the
 * virtio header. DMA works whether or not the guest enabled bus mastering: Linux before 2.6.34
 * doesn't.
 */
public final class VirtioPciFunction implements PciFunction {
  private final VirtioDevice device;
  private final LegacyHeader header;
  private final ConfigSpace config;

  private VirtioPciFunction(VirtioDevice device) {
    this.device = device;
    header = new LegacyHeader(device);
    config = new ConfigSpace(DeviceIdentity.of(device.type()), header.size());
  }

  /**
   * Makes a PCI function of a device, and connects the device to it.
   *
   * @param device a device that is not connected yet
   * @param memory the guest's memory
   * @param clock the emulated time
   * @return the function
   * @throws IllegalArgumentException if PCI has no device ID for the type of the device
   * @throws IllegalStateException if the device is connected already
   */
  public static VirtioPciFunction of(VirtioDevice device, GuestMemory memory, EventClock clock) {
    VirtioPciFunction function = new VirtioPciFunction(device);
    device.connect(memory, clock, function.config::setInterrupt);
    return function;
  }

  @Override
  public int readConfig(int offset, int width) {
    return config.read(offset, width);
  }

  @Override
  public void writeConfig(int offset, int width, int value) {
    config.write(offset, width, value);
  }

  @Override
  public int ioBase() {
    return config.ioBase();
  }

  @Override
  public int ioSize() {
    return config.ioSize();
  }

  @Override
  public int readIo(int offset, int width) {
    return header.read(offset, width);
  }

  @Override
  public void writeIo(int offset, int width, int value) {
    header.write(offset, width, value);
  }

  @Override
  public void connect(InterruptLine line) {
    config.connect(line);
  }

  @Override
  public void reset() {
    header.reset();
    config.reset();
  }

  @Override
  public void save(StateWriter out) throws IOException {
    config.save(out);
    header.save(out);
    device.save(out);
  }

  @Override
  public void load(StateReader in) throws IOException {
    config.load(in);
    header.load(in);
    device.load(in);
  }
}
