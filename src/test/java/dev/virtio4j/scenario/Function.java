package dev.virtio4j.scenario;

import java.io.IOException;
import java.util.Map;

/** A driver's view of one virtio function on PCI bus 0: configuration space and I/O BAR. */
final class Function {
  private static final int CONFADD = 0xCF8;
  private static final int CONFDATA = 0xCFC;
  private static final long CONFADD_ENABLE = 0x8000_0000L;
  private static final int COMMAND = 0x04;
  private static final int BAR_0 = 0x10;
  private static final int INTERRUPT_LINE = 0x3C;

  /** I/O space and bus master. */
  private static final int COMMAND_ENABLE = 5;

  private static final int PIIX3 = 1;
  private static final int PIRQRCA = 0x60;

  /** The registers' names in scripts. */
  private static final Map<String, Register> REGISTERS =
      Map.of(
          "features", new Register(0, "l"),
          "guest-features", new Register(4, "l"),
          "queue-address", new Register(8, "l"),
          "queue-size", new Register(12, "w"),
          "queue-select", new Register(14, "w"),
          "queue-notify", new Register(16, "w"),
          "status", new Register(18, "b"),
          "isr", new Register(19, "b"));

  private record Register(int offset, String width) {}

  private final Qtest qtest;
  private final int device;
  private int bar;
  private int irq;

  Function(Qtest qtest, int device) {
    this.qtest = qtest;
    this.device = device;
  }

  /** Does what firmware does: gives the BAR its ports and INTA its IRQ, and enables I/O. */
  void place(int port, int irq) throws IOException {
    bar = port;
    this.irq = irq;
    configOut("l", BAR_0, port);
    configOut("b", INTERRUPT_LINE, irq);
    configOut("w", COMMAND, COMMAND_ENABLE);
    int pirq = (device - 1) % 4; // the board's wiring: each slot starts one PIRQ further
    configOut(PIIX3, "b", PIRQRCA + pirq, irq);
  }

  int bar() {
    return bar;
  }

  int irq() {
    return irq;
  }

  long configIn(String width, long offset) throws IOException {
    select(device, offset);
    return qtest.get("in" + width, CONFDATA + (offset & 3));
  }

  void configOut(String width, long offset, long value) throws IOException {
    configOut(device, width, offset, value);
  }

  private void configOut(int device, String width, long offset, long value) throws IOException {
    select(device, offset);
    qtest.put("out" + width, CONFDATA + (offset & 3), value);
  }

  private void select(int device, long offset) throws IOException {
    qtest.put("outl", CONFADD, CONFADD_ENABLE | (long) device << 11 | (offset & 0xFC));
  }

  long get(String register) throws IOException {
    Register found = find(register);
    return qtest.get("in" + found.width, bar + found.offset);
  }

  void set(String register, long value) throws IOException {
    Register found = find(register);
    qtest.put("out" + found.width, bar + found.offset, value);
  }

  private static Register find(String register) {
    Register found = REGISTERS.get(register);
    if (found == null) {
      throw new IllegalArgumentException("no register: " + register);
    }
    return found;
  }
}
