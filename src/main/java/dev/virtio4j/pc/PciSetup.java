package dev.virtio4j.pc;

import dev.virtio4j.pc.memory.IoPorts;

/**
 * What firmware does to PCI before it starts an operating system, by the same port accesses: switch
 * the RAM below 1 MiB on, route the interrupts, place the I/O BARs, and switch the functions on.
 *
 * <p>There are no firmware tables, and Linux needs none: without ACPI, PCI BIOS, $PIR table and I/O
 * APIC it takes a device's IRQ from the interrupt line register and the BARs where it finds them
 * (arch/x86/pci/irq.c, pirq_enable_irq, and i386.c, pcibios_resource_survey). A level-triggered IRQ
 * must be so in the ELCR already.
 */
final class PciSetup {
  /** The IRQs of PIRQA to PIRQD; no ISA device of this PC has them. */
  private static final int[] IRQS = {10, 10, 11, 11};

  /** The edge/level control registers of the two interrupt controllers, a bit for each IRQ. */
  private static final int ELCR1 = 0x4D0;

  private static final int ELCR2 = 0x4D1;

  /** Above all ISA devices and what the chipset has of its own. */
  private static final int FIRST_IO_BASE = 0xC000;

  // The type 0 configuration header, PCI 2.1, figure 6-1.
  private static final int VENDOR_ID = 0x00;
  private static final int COMMAND = 0x04;
  private static final int BASE_ADDRESS = 0x10;
  private static final int BASE_ADDRESS_END = 0x28;
  private static final int INTERRUPT_LINE = 0x3C;
  private static final int INTERRUPT_PIN = 0x3D;

  private static final int NO_VENDOR = 0xFFFF;
  private static final int COMMAND_IO_SPACE = 0x01;
  private static final int COMMAND_BUS_MASTER = 0x04;
  private static final int BAR_IO_SPACE = 0x01;
  private static final int BAR_IO_ADDRESS = ~0x03;

  private final IoPorts ports;
  private int nextIoBase = FIRST_IO_BASE;

  private PciSetup(IoPorts ports) {
    this.ports = ports;
  }

  /**
   * Sets up the devices on bus 0.
   *
   * @param ports the machine's ports, with the {@link PciBus} and the interrupt controllers
   */
  static void run(IoPorts ports) {
    PciSetup setup = new PciSetup(ports);
    setup.switchRamOn();
    setup.routeInterrupts();
    for (int device = 0; device < PciBus.DEVICES; device++) {
      if (setup.read(device, VENDOR_ID, 2) != NO_VENDOR) {
        setup.placeBars(device);
        setup.tellInterruptLine(device);
      }
    }
  }

  private void switchRamOn() {
    for (int pam = 0; pam < HostBridge.PAMS; pam++) {
      write(HostBridge.DEVICE, HostBridge.PAM0 + pam, 1, HostBridge.PAM_RAM);
    }
  }

  private void routeInterrupts() {
    int level = 0;
    for (int pirq = 0; pirq < Piix3.PIRQS; pirq++) {
      write(Piix3.DEVICE, Piix3.PIRQRCA + pirq, 1, IRQS[pirq]);
      level |= 1 << IRQS[pirq];
    }
    ports.write(ELCR1, 1, level & 0xFF);
    ports.write(ELCR2, 1, level >>> 8);
  }

  private void placeBars(int device) {
    for (int bar = BASE_ADDRESS; bar < BASE_ADDRESS_END; bar += 4) {
      write(device, bar, 4, -1);
      int sizing = read(device, bar, 4);
      if ((sizing & BAR_IO_SPACE) != 0) {
        // The upper half may be wired to 0: ports have 16 bits (PCI 2.1, section 6.2.5.1).
        int size = -(sizing & BAR_IO_ADDRESS) & 0xFFFF;
        int base = (nextIoBase + size - 1) & -size;
        nextIoBase = base + size;
        write(device, bar, 4, base);
        int command = read(device, COMMAND, 2);
        write(device, COMMAND, 2, command | COMMAND_IO_SPACE | COMMAND_BUS_MASTER);
      }
    }
  }

  /** Tells the driver which IRQ the pin ends at; the register does nothing else. */
  private void tellInterruptLine(int device) {
    int pin = read(device, INTERRUPT_PIN, 1);
    if (pin != 0) {
      write(device, INTERRUPT_LINE, 1, IRQS[Piix3.pirq(device, pin)]);
    }
  }

  private int read(int device, int offset, int width) {
    return ports.read(address(device, offset), width);
  }

  private void write(int device, int offset, int width, int value) {
    ports.write(address(device, offset), width, value);
  }

  /** Points CONFADD at a register and gives the port to reach it by. */
  private int address(int device, int offset) {
    ports.write(PciBus.CONFADD, 4, PciBus.CONFADD_ENABLE | device << 11 | (offset & 0xFC));
    return PciBus.CONFDATA + (offset & 3);
  }
}
