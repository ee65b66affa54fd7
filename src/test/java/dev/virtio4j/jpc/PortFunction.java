package dev.virtio4j.jpc;

import dev.virtio4j.host.InterruptLine;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pci.PciFunction;

/**
 * The first of our cards as a guest of JPC reaches it, by ports alone.
 *
 * @param machine the machine it is in
 */
record PortFunction(JpcMachine machine) implements PciFunction {

  @Override
  public int readConfig(int offset, int width) {
    return machine.readConfig(JpcMachine.SLOT, offset, width);
  }

  @Override
  public void writeConfig(int offset, int width, int value) {
    machine.writeConfig(JpcMachine.SLOT, offset, width, value);
  }

  @Override
  public int ioBase() {
    return readConfig(0x10, 4) & -4;
  }

  @Override
  public int ioSize() {
    int base = readConfig(0x10, 4);
    writeConfig(0x10, 4, -1);
    int sizing = readConfig(0x10, 4);
    writeConfig(0x10, 4, base);
    return -(sizing & -4);
  }

  @Override
  public int readIo(int offset, int width) {
    return machine.read(ioBase() + offset, width);
  }

  @Override
  public void writeIo(int offset, int width, int value) {
    machine.write(ioBase() + offset, width, value);
  }

  /** It leads to the interrupt controller. */
  @Override
  public void connect(InterruptLine line) {}

  @Override
  public void reset() {
    machine.pc.reset();
  }

  @Override
  public void save(StateWriter out) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void load(StateReader in) {
    throw new UnsupportedOperationException();
  }
}
