package dev.virtio4j.pc;

import dev.virtio4j.host.InterruptLine;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pc.memory.IoPorts;
import dev.virtio4j.pc.memory.PortDevice;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The ISA bridge, Intel 82371SB (PIIX3), function 0: the interrupt router and the reset control
 * register at port CF9h.
 *
 * <pre>
 *   INTA of device 2 --+
 *   INTA of device 6 --+-(or)-- PIRQB --[PIRQRCB]--+
 *                                                  +-(or)-- IRQ 10
 *   INTA of device 5 ---------- PIRQA --[PIRQRCA]--+
 * </pre>
 *
 * <p>The lines from slots to PIRQs are the board's, those of QEMU's pc machine: each slot starts
 * one PIRQ further than the one before it. Raising or lowering a line allocates nothing.
 */
final class Piix3 extends Bridge implements PortDevice {
  /** Its device number: the first slot after the host bridge. */
  static final int DEVICE = 1;

  /** PIRQRC[A]; those of PIRQB, PIRQC and PIRQD follow. */
  static final int PIRQRCA = 0x60;

  /** How many PIRQs there are: A to D. */
  static final int PIRQS = 4;

  /** PIRQRC: the PIRQ is not routed to any IRQ. */
  static final int PIRQRC_DISABLE = 0x80;

  /** PIRQRC: the IRQ. */
  private static final int PIRQRC_IRQ = 0x0F;

  /** The IRQs that a PIRQ can be routed to, a bit each: 3 to 7, 9 to 12, 14 and 15. */
  private static final int ROUTABLE = 0xDEF8;

  private static final int IRQS = 16;

  /** Reset control register. */
  static final int RC = 0xCF9;

  /** RC: the next reset is a hard one. */
  private static final int RC_SRST = 0x02;

  /** RC: going to 1, it resets the CPU, and the whole machine if SRST is set. */
  private static final int RC_RCPU = 0x04;

  // spotless:off
  private static final List<Register> REGISTERS = List.of(
      //           name       offset       width default         writable
      new Register("VID",     0x00,        2,    0x8086,         0),
      new Register("DID",     0x02,        2,    0x7000,         0),
      new Register("PCICMD",  0x04,        2,    0x0007,         0),   // all fixed on
      new Register("PCISTS",  0x06,        2,    0x0280,         0),   // medium DEVSEL
      new Register("RID",     0x08,        1,    0x00,           0),
      new Register("CLASSC",  0x09,        3,    0x060100,       0),   // bridge, ISA
      new Register("HEDT",    0x0E,        1,    0x00,           0),   // one function
      new Register("PIRQRCA", PIRQRCA,     1,    PIRQRC_DISABLE, 0x8F),
      new Register("PIRQRCB", PIRQRCA + 1, 1,    PIRQRC_DISABLE, 0x8F),
      new Register("PIRQRCC", PIRQRCA + 2, 1,    PIRQRC_DISABLE, 0x8F),
      new Register("PIRQRCD", PIRQRCA + 3, 1,    PIRQRC_DISABLE, 0x8F),
      new Register("DLC",     0x82,        1,    0x00,           0x0F)); // passive release
  // spotless:on

  private final InterruptLine[] irqs = new InterruptLine[IRQS];
  private final Consumer<StopReason> stop;

  /** The devices that assert each PIRQ, a bit each. */
  private final int[] asserted = new int[PIRQS];

  /** The IRQs that are asserted now, a bit each. */
  private int level;

  private int resetControl;

  /**
   * Makes the bridge and maps port CF9h.
   *
   * @param ports where the reset control register answers
   * @param irqs gives the input of the interrupt controllers for an ISA IRQ, 3 to 15
   * @param stop is told when the guest resets the machine
   */
  Piix3(IoPorts ports, IntFunction<InterruptLine> irqs, Consumer<StopReason> stop) {
    super(REGISTERS);
    this.stop = stop;
    for (int irq = 0; irq < IRQS; irq++) {
      if (isRoutable(irq)) {
        this.irqs[irq] = irqs.apply(irq);
      }
    }
    ports.map(RC, 1, this);
  }

  private static boolean isRoutable(int irq) {
    return (ROUTABLE >>> irq & 1) != 0;
  }

  /**
   * To which PIRQ an interrupt pin is wired.
   *
   * @param device the device number, 0 to 31
   * @param pin 1 for INTA to 4 for INTD, as in the interrupt pin register
   * @return 0 for PIRQA to 3 for PIRQD
   */
  static int pirq(int device, int pin) {
    return (device - 1 + pin - 1) & (PIRQS - 1);
  }

  /**
   * The line from a slot.
   *
   * @param device the device number, 0 to 31
   * @return the line that the device's INTA drives
   */
  InterruptLine intA(int device) {
    int pirq = pirq(device, 1);
    int bit = 1 << device;
    return on -> {
      asserted[pirq] = on ? asserted[pirq] | bit : asserted[pirq] & ~bit;
      route();
    };
  }

  /** Drives the IRQs that the PIRQs and their routes now give. */
  private void route() {
    int wanted = 0;
    for (int pirq = 0; pirq < PIRQS; pirq++) {
      int control = readConfig(PIRQRCA + pirq, 1);
      if (asserted[pirq] != 0 && (control & PIRQRC_DISABLE) == 0) {
        wanted |= 1 << (control & PIRQRC_IRQ);
      }
    }
    wanted &= ROUTABLE;
    int changed = wanted ^ level;
    level = wanted;
    for (; changed != 0; changed &= changed - 1) {
      int irq = Integer.numberOfTrailingZeros(changed);
      irqs[irq].set((wanted >>> irq & 1) != 0);
    }
  }

  @Override
  public void writeConfig(int offset, int width, int value) {
    super.writeConfig(offset, width, value);
    route();
  }

  @Override
  public void reset() {
    super.reset();
    resetControl = 0;
    route();
  }

  @Override
  public String name(int port) {
    return "PIIX3 reset control";
  }

  @Override
  public int read(int port, int width) {
    return width == 1 ? resetControl : -1;
  }

  @Override
  public void write(int port, int width, int value) {
    if (width != 1) {
      return;
    }
    // RCPU itself never stays set: the reset clears it.
    resetControl = value & RC_SRST;
    if ((value & RC_RCPU) != 0) {
      stop.accept(StopReason.PORT_CF9_RESET);
    }
  }

  @Override
  public void save(StateWriter out) throws IOException {
    super.save(out);
    out.begin("PIIX3", 1);
    for (int devices : asserted) {
      out.i32(devices);
    }
    out.i32(level);
    out.i32(resetControl);
    out.end();
  }

  /** Drives no IRQ: the interrupt controllers have saved the levels of their inputs. */
  @Override
  public void load(StateReader in) throws IOException {
    super.load(in);
    in.begin("PIIX3", 1);
    for (int pirq = 0; pirq < PIRQS; pirq++) {
      asserted[pirq] = in.i32();
    }
    level = in.i32();
    if ((level & ~ROUTABLE) != 0) {
      throw in.wrong("asserts an IRQ that no PIRQ can be routed to");
    }
    resetControl = in.i32(0, RC_SRST, "RC");
    in.end();
  }
}
