package dev.virtio4j.jpc;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.pci.PciFunction;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.BiFunction;
import org.jpc.emulator.PC;
import org.jpc.emulator.memory.PhysicalAddressSpace;
import org.jpc.emulator.motherboard.IOPortHandler;
import org.jpc.j2se.VirtualClock;
import org.jpc.support.DriveSet;

/** A JPC with our devices, or a fake of one, and what a guest on it does. */
final class JpcMachine implements Devices {
  /** The same for all machines: JPC keeps it in a constant. */
  static final int RAM = 16 << 20;

  /** Slot 4, where the first of our cards is. */
  static final int SLOT = 4;

  private static final int CONFIG_ADDRESS = 0xCF8;
  private static final int CONFIG_DATA = 0xCFC;
  private static final int ENABLED = 1 << 31;
  private static final int PIIX3 = 2;
  private static final int IDE = PIIX3 << 3 | 1;

  final VirtualClock time = new VirtualClock();
  final PC pc;
  final IOPortHandler ports;
  GuestMemory memory;
  EventClock clock;

  private final BiFunction<GuestMemory, EventClock, List<PciFunction>> factory;

  JpcMachine(BiFunction<GuestMemory, EventClock, List<PciFunction>> factory) {
    this.factory = factory;
    DriveSet none = new DriveSet(DriveSet.BootType.FLOPPY, null, null, null, null, null, null);
    try {
      pc = new PC(time, new VirtioDrives(none, this), RAM);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ((PhysicalAddressSpace) pc.getComponent(PhysicalAddressSpace.class)).setGateA20State(true);
    ports = (IOPortHandler) pc.getComponent(IOPortHandler.class);
    pc.start();
  }

  JpcMachine() {
    this((memory, clock) -> List.of());
  }

  @Override
  public List<PciFunction> powerOn(GuestMemory itsMemory, EventClock itsClock) {
    memory = itsMemory;
    clock = itsClock;
    return factory.apply(itsMemory, itsClock);
  }

  /** Lets emulated time pass, in small steps, as between blocks of instructions. */
  void pass(long nanos) {
    long end = time.getEmulatedNanos() + nanos;
    while (time.getEmulatedNanos() < end) {
      time.updateAndProcess(100);
    }
  }

  int readConfig(int slot, int offset, int width) {
    address(slot, offset);
    return read(CONFIG_DATA + (offset & 3), width);
  }

  void writeConfig(int slot, int offset, int width, int value) {
    address(slot, offset);
    write(CONFIG_DATA + (offset & 3), width, value);
  }

  private void address(int slot, int offset) {
    addressFunction(slot << 3, offset);
  }

  private void addressFunction(int function, int offset) {
    ports.ioPortWrite32(CONFIG_ADDRESS, ENABLED | function << 8 | (offset & 0xFC));
  }

  int read(int port, int width) {
    return switch (width) {
      case 1 -> ports.ioPortRead8(port);
      case 2 -> ports.ioPortRead16(port);
      default -> ports.ioPortRead32(port);
    };
  }

  void write(int port, int width, int value) {
    switch (width) {
      case 1 -> ports.ioPortWrite8(port, value);
      case 2 -> ports.ioPortWrite16(port, value);
      default -> ports.ioPortWrite32(port, value);
    }
  }

  /**
   * Does what a BIOS does before it starts a system: places BAR 0, enables I/O, and routes PIRQ A
   * to D to IRQ 10, 11, 5 and 7, level-triggered. JPC has placed its IDE controller where drivers
   * of tests place theirs; it is not needed.
   */
  void startBios(int slot, int base) {
    addressFunction(IDE, 0x04);
    write(CONFIG_DATA, 2, 0);
    writeConfig(slot, 0x10, 4, base);
    writeConfig(slot, 0x04, 2, 1);
    int[] routes = {10, 11, 5, 7};
    for (int pirq = 0; pirq < routes.length; pirq++) {
      writeConfig(PIIX3, 0x60 + pirq, 1, routes[pirq]);
    }
    write(0x4D0, 1, 1 << 5 | 1 << 7);
    write(0x4D1, 1, (1 << 10 | 1 << 11) >> 8);
  }

  /** The interrupt requests that the two controllers have, a bit each, without the timer's. */
  int requests() {
    write(0x20, 1, 0x0A); // OCW3: read the request register
    write(0xA0, 1, 0x0A);
    return (read(0x20, 1) | read(0xA0, 1) << 8) & ~0b101;
  }

  byte[] saved() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    pc.saveState(out);
    return out.toByteArray();
  }

  void load(byte[] state) throws IOException {
    pc.loadState(new ByteArrayInputStream(state));
  }
}
