package dev.virtio4j.pc;

import dev.virtio4j.host.InterruptLine;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.pc.memory.IoPorts;
import dev.virtio4j.pc.memory.PortDevice;
import dev.virtio4j.pci.PciFunction;
import java.io.IOException;
import java.util.function.IntFunction;

/**
 * PCI bus 0, reached by configuration mechanism 1 (PCI 2.1, section 3.7.4.1), with the registers as
 * the 82441FX data sheet names them. Each device has one function, function 0.
 *
 * <p>The bus also places the I/O BARs in the port space, where they follow what the guest writes. A
 * BAR gets only ports that nobody has: while two overlap, or one covers a chipset register, the
 * port stays with whom it belonged to first, and when that one leaves, the other answers there.
 */
final class PciBus implements PortDevice, Stateful {
  /** How many devices a bus has room for. */
  static final int DEVICES = 32;

  /** Configuration address register: enable, bus, device, function, register. */
  static final int CONFADD = 0xCF8;

  /** Configuration data register: a window of four ports on the register that CONFADD names. */
  static final int CONFDATA = 0xCFC;

  /** CONFADD: accesses to CONFDATA are configuration cycles. */
  static final int CONFADD_ENABLE = 1 << 31;

  /** CONFADD: the bus and function numbers; ours are both 0. */
  private static final int CONFADD_BUS_AND_FUNCTION = 0x00FF0700;

  private static final int CONFDATA_LAST = 0xCFF;
  private static final int ALL_ONES = -1;

  private final IoPorts ports;
  private final IntFunction<InterruptLine> intA;
  private final Slot[] slots = new Slot[DEVICES];
  private int confadd;

  /**
   * Makes an empty bus and maps its two registers.
   *
   * @param ports where the registers and the I/O BARs answer
   * @param intA gives the line to which INTA of a device is wired, by device number
   */
  PciBus(IoPorts ports, IntFunction<InterruptLine> intA) {
    this.ports = ports;
    this.intA = intA;
    ports.map(CONFADD, 1, this);
    ports.map(CONFDATA, 4, this);
  }

  /**
   * Puts a device on the bus.
   *
   * @param device its number, 0 to 31
   * @param function its only function
   * @throws IllegalArgumentException if the number is taken
   */
  void add(int device, PciFunction function) {
    if (slots[device] != null) {
      throw new IllegalArgumentException("PCI device " + device + " is taken");
    }
    slots[device] = new Slot(device, function);
    function.connect(intA.apply(device));
    placeBar(slots[device]);
  }

  /** RST#: the bus and all functions on it are as after power-on. */
  void reset() {
    confadd = 0;
    for (Slot slot : slots) {
      if (slot != null) {
        slot.function.reset();
        placeBar(slot);
      }
    }
  }

  @Override
  public String name(int port) {
    return "PCI configuration";
  }

  @Override
  public int read(int port, int width) {
    if (port == CONFADD) {
      return width == 4 ? confadd : ALL_ONES;
    }
    Slot slot = addressed();
    if (slot == null) {
      return ALL_ONES;
    }
    if (isAligned(port, width)) {
      return slot.function.readConfig(register(port), width);
    }
    int value = 0;
    for (int i = 0; i < width; i++) {
      boolean ours = port + i <= CONFDATA_LAST;
      int part = ours ? slot.function.readConfig(register(port + i), 1) : 0xFF;
      value |= part << (8 * i);
    }
    return value;
  }

  @Override
  public void write(int port, int width, int value) {
    if (port == CONFADD) {
      if (width == 4) {
        confadd = value;
      }
      return;
    }
    Slot slot = addressed();
    if (slot == null) {
      return;
    }
    if (isAligned(port, width)) {
      slot.function.writeConfig(register(port), width, value);
    } else {
      for (int i = 0; i < width && port + i <= CONFDATA_LAST; i++) {
        slot.function.writeConfig(register(port + i), 1, value >>> (8 * i) & 0xFF);
      }
    }
    placeBar(slot);
  }

  /** The bus splits an access that is not aligned into bytes; those past CONFDATA are not ours. */
  private static boolean isAligned(int port, int width) {
    return (port & (width - 1)) == 0;
  }

  /** The device that CONFADD names; null if there is none. */
  private Slot addressed() {
    boolean ours = (confadd & CONFADD_ENABLE) != 0 && (confadd & CONFADD_BUS_AND_FUNCTION) == 0;
    return ours ? slots[confadd >>> 11 & 0x1F] : null;
  }

  private int register(int port) {
    return (confadd & 0xFC) | (port & 3);
  }

  /** Moves a device's ports to where its BAR now is. */
  private void placeBar(Slot moved) {
    int base = moved.function.ioBase();
    if (base == moved.base) {
      return;
    }
    if (moved.base >= 0) {
      ports.unmap(moved.base, moved.function.ioSize(), moved);
    }
    moved.base = base;
    // All of them, because the ports just left may lie in somebody else's BAR.
    for (Slot slot : slots) {
      if (slot != null && slot.base >= 0) {
        ports.claim(slot.base, slot.function.ioSize(), slot);
      }
    }
  }

  /**
   * Saves the bus and the functions on it, and which ports of its BAR each has: where BARs overlap,
   * that is history.
   */
  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("pci bus", 1);
    out.i32(confadd);
    for (int device = 0; device < DEVICES; device++) {
      Slot slot = slots[device];
      out.flag(slot != null);
      if (slot != null) {
        slot.function.save(out);
        for (int port = slot.base; port < slot.end(); port++) {
          out.flag(ports.isAt(port, slot));
        }
      }
    }
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    in.begin("pci bus", 1);
    confadd = in.i32();
    for (Slot slot : slots) {
      if (slot != null && slot.base >= 0) {
        ports.unmap(slot.base, slot.function.ioSize(), slot);
      }
    }
    for (int device = 0; device < DEVICES; device++) {
      Slot slot = slots[device];
      if (in.flag() != (slot != null)) {
        throw in.wrong("has other PCI devices than the machine: they differ at " + device);
      }
      if (slot != null) {
        slot.function.load(in);
        slot.base = slot.function.ioBase();
        for (int port = slot.base; port < slot.end(); port++) {
          if (in.flag()) {
            ports.claim(port, 1, slot);
          }
        }
      }
    }
    in.end();
  }

  /** A device, and where its BAR was placed last. It answers the ports of that BAR. */
  private static final class Slot implements PortDevice {
    private final int device;
    private final PciFunction function;
    private int base = -1;

    Slot(int device, PciFunction function) {
      this.device = device;
      this.function = function;
    }

    /** One past the last port of its BAR; {@link #base} if it has no place. */
    int end() {
      return base < 0 ? base : Math.min(base + function.ioSize(), IoPorts.COUNT);
    }

    @Override
    public String name(int port) {
      return "PCI device %d, %04x:%04x, register %02xh"
          .formatted(device, function.readConfig(0, 2), function.readConfig(2, 2), port - base);
    }

    @Override
    public int read(int port, int width) {
      return function.readIo(port - base, width);
    }

    @Override
    public void write(int port, int width, int value) {
      function.writeIo(port - base, width, value);
    }
  }
}
