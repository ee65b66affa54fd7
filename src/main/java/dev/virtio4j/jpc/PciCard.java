package dev.virtio4j.jpc;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.pci.PciFunction;
import java.io.IOException;
import org.jpc.emulator.motherboard.IOPortHandler;
import org.jpc.emulator.pci.IORegion;
import org.jpc.emulator.pci.IRQBouncer;
import org.jpc.emulator.pci.PCIBus;
import org.jpc.emulator.pci.PCIDevice;

/**
 * One of our functions, as JPC sees a PCI device.
 *
 * <p>It is none of JPC's {@code AbstractPCIDevice}, which has a configuration space of its own: one
 * in which the guest can write the subsystem IDs, and has to write BARs in whole.
 */
final class PciCard implements PCIDevice, Stateful {
  private final PciFunction function;
  private final int slot;
  private final IoBar bar;
  private final IntxLine line;

  PciCard(PciFunction function, int slot) {
    this.function = function;
    this.slot = slot;
    bar = new IoBar(function);
    line = new IntxLine(this);
    function.connect(line);
  }

  /**
   * Plugs it in.
   *
   * @param bus a bus that knows its interrupt controller
   * @param ports the machine's
   * @throws IllegalStateException if the bus has no room
   */
  void plugInto(PCIBus bus, IOPortHandler ports) {
    if (!bus.registerDevice(this)) {
      throw new IllegalStateException("JPC's PCI bus does not take a card in slot " + slot);
    }
    bar.connect(ports);
  }

  /** Power-on, with nothing that it is connected to. */
  void reset() {
    line.connect(null);
    bar.connect(null);
    function.reset();
  }

  @Override
  public void save(StateWriter out) throws IOException {
    function.save(out);
  }

  /** To be plugged in afterwards; until then nothing else is told of it. */
  @Override
  public void load(StateReader in) throws IOException {
    line.connect(null);
    bar.connect(null);
    function.load(in);
  }

  @Override
  public int getDeviceFunctionNumber() {
    return slot << 3;
  }

  @Override
  public boolean autoAssignDeviceFunctionNumber() {
    return false;
  }

  @Override
  public void assignDeviceFunctionNumber(int number) {
    throw new IllegalStateException("a virtio card stays in slot " + slot);
  }

  @Override
  public void deassignDeviceFunctionNumber() {
    throw new IllegalStateException("slot " + slot + " is taken by a virtio card; use another");
  }

  @Override
  public byte configReadByte(int address) {
    return (byte) function.readConfig(address, 1);
  }

  @Override
  public short configReadWord(int address) {
    return (short) function.readConfig(address, 2);
  }

  @Override
  public int configReadLong(int address) {
    return function.readConfig(address, 4);
  }

  @Override
  public boolean configWriteByte(int address, byte data) {
    return write(address, 1, data);
  }

  @Override
  public boolean configWriteWord(int address, short data) {
    return write(address, 2, data);
  }

  @Override
  public boolean configWriteLong(int address, int data) {
    return write(address, 4, data);
  }

  /** Whether the bus has to map regions anew: never, {@link IoBar} does that. */
  private boolean write(int address, int width, int data) {
    function.writeConfig(address, width, data);
    bar.place();
    return false;
  }

  /** The bus writes the type of the BAR, which is there already. */
  @Override
  public void putConfigByte(int address, byte data) {}

  @Override
  public void putConfigWord(int address, short data) {}

  @Override
  public void putConfigLong(int address, int data) {}

  @Override
  public IORegion[] getIORegions() {
    return new IORegion[] {bar};
  }

  @Override
  public IORegion getIORegion(int index) {
    return index == 0 ? bar : null;
  }

  /** The bus keeps a bit for each index; the devices of JPC share number 0. */
  @Override
  public int getIRQIndex() {
    return slot;
  }

  @Override
  public void setIRQIndex(int index) {
    throw new IllegalStateException("slot " + slot + " has its interrupt index");
  }

  @Override
  public void addIRQBouncer(IRQBouncer bouncer) {
    line.connect(bouncer);
  }

  @Override
  public IRQBouncer getIRQBouncer() {
    return line.end();
  }
}
