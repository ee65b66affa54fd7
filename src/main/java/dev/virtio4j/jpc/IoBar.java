package dev.virtio4j.jpc;

import dev.virtio4j.pci.PciFunction;
import java.util.stream.IntStream;
import org.jpc.emulator.motherboard.IOPortHandler;
import org.jpc.emulator.pci.IOPortIORegion;

/**
 * The I/O BAR of a function.
 *
 * <p>Answers a fault: JPC's bus registers ports when the address of a region changes, and not again
 * when something else took them from it: when the guest enables I/O late, after a reset, after a
 * load, and when another device had them. So the bus is told that it has nothing to do, and the
 * ports are registered here, after each write to configuration space. This can go when {@code
 * PCIBus.updateMappings} goes by what is registered.
 */
final class IoBar implements IOPortIORegion {
  private final PciFunction function;
  private IOPortHandler ports;

  /** The first port that is registered, or -1 for none. */
  private int base = -1;

  IoBar(PciFunction function) {
    this.function = function;
  }

  /**
   * Says where the ports are; nothing is registered there yet.
   *
   * @param handler the machine's
   */
  void connect(IOPortHandler handler) {
    ports = handler;
    base = -1;
    place();
  }

  /**
   * Takes the ports that configuration space says, and gives back those it had. Where another
   * device has ports that this wants, as when a BIOS moves both, it gets them once they are free.
   */
  void place() {
    if (ports == null) {
      return;
    }
    int wanted = function.ioBase();
    if (wanted != base) {
      if (base >= 0) {
        ports.deregisterIOPortCapable(this);
      }
      base = wanted;
    }
    if (base >= 0) {
      ports.registerIOPortCapable(this);
    }
  }

  @Override
  public int[] ioPortsRequested() {
    return base < 0 ? new int[0] : IntStream.range(base, base + function.ioSize()).toArray();
  }

  @Override
  public int getAddress() {
    return base;
  }

  @Override
  public long getSize() {
    return function.ioSize();
  }

  @Override
  public int getType() {
    return PCI_ADDRESS_SPACE_IO;
  }

  @Override
  public int getRegionNumber() {
    return 0;
  }

  /** The bus has no say in this. */
  @Override
  public void setAddress(int address) {}

  @Override
  public int ioPortRead8(int address) {
    return function.readIo(address - base, 1);
  }

  @Override
  public int ioPortRead16(int address) {
    return function.readIo(address - base, 2);
  }

  @Override
  public int ioPortRead32(int address) {
    return function.readIo(address - base, 4);
  }

  @Override
  public void ioPortWrite8(int address, int data) {
    function.writeIo(address - base, 1, data);
  }

  @Override
  public void ioPortWrite16(int address, int data) {
    function.writeIo(address - base, 2, data);
  }

  @Override
  public void ioPortWrite32(int address, int data) {
    function.writeIo(address - base, 4, data);
  }
}
