package dev.virtio4j.pc;

import dev.virtio4j.host.InterruptLine;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.pc.memory.IoPorts;
import dev.virtio4j.pc.memory.PhysicalMemory;
import dev.virtio4j.pci.PciFunction;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * What the CPU of the PC reaches through ports: chipset, ISA devices, and the PCI bus with what is
 * plugged into it.
 *
 * <pre>
 *   ports --+-- 8259A pair &lt;--IRQ--+-- 8254, MC146818, i8042, 16550A
 *           |                      |
 *           +-- PCI bus            |
 *                 0 host bridge    |
 *                 1 PIIX3 ---------+
 *                 2 function --INTA--&gt; PIIX3
 *                 3 function --INTA--&gt; PIIX3 ...
 * </pre>
 */
final class Mainboard implements Stateful {
  /** The first device number on the PCI bus that is free for {@link #plug}. */
  private static final int FIRST_FREE_DEVICE = 2;

  private static final int COM1 = 0x3F8;
  private static final int COM1_IRQ = 4;

  final InterruptControllers interrupts;
  final SerialPort serial;
  final PciBus bus;
  private final List<Stateful> devices;
  private int nextDevice = FIRST_FREE_DEVICE;
  private IrqListener irqListener = (irq, asserted) -> {};

  /**
   * Makes a board with nothing plugged in.
   *
   * @param memory RAM; the CMOS tells its size, and the host bridge maps it
   * @param ports where everything answers
   * @param clock the emulated time
   * @param startSeconds when the real-time clock starts, in seconds since 1970, UTC
   * @param cpu the INTR pin of the CPU
   * @param serialOutput takes each byte that is sent on COM1, 0 to 255
   * @param reset is told when software resets the machine
   */
  Mainboard(
      PhysicalMemory memory,
      IoPorts ports,
      VirtualClock clock,
      long startSeconds,
      InterruptLine cpu,
      IntConsumer serialOutput,
      Consumer<StopReason> reset) {
    interrupts = new InterruptControllers(cpu);
    interrupts.map(ports);
    IntervalTimer timer = new IntervalTimer(clock, irq(0));
    timer.map(ports);
    RealTimeClock rtc = new RealTimeClock(clock, irq(8), startSeconds, memory.size());
    rtc.map(ports);
    KeyboardController keyboard = new KeyboardController(irq(1), memory::setA20, reset);
    keyboard.map(ports);
    serial = new SerialPort(COM1, irq(COM1_IRQ), clock, serialOutput);
    serial.map(ports);
    Piix3 piix3 = new Piix3(ports, this::irq, reset);
    bus = new PciBus(ports, piix3::intA);
    bus.add(HostBridge.DEVICE, new HostBridge(memory));
    bus.add(Piix3.DEVICE, piix3);
    // the interrupt controllers last: what drives their inputs while it is loaded leaves no trace
    devices = List.of(timer, rtc, keyboard, serial, bus, interrupts);
  }

  /** An input of the interrupt controllers, with the listener beside it. */
  private InterruptLine irq(int irq) {
    InterruptLine input = interrupts.line(irq);
    return asserted -> {
      input.set(asserted);
      irqListener.driven(irq, asserted);
    };
  }

  /**
   * Shows what drives the inputs of the interrupt controllers.
   *
   * @param listener is called from now on, in place of any before it
   */
  void listenToIrqs(IrqListener listener) {
    irqListener = listener;
  }

  /**
   * Plugs a function into the next free slot of the PCI bus.
   *
   * @param function the function; INTA is connected now, its BAR has no place yet
   * @throws IllegalArgumentException if the bus is full
   */
  void plug(PciFunction function) {
    bus.add(nextDevice, function);
    nextDevice++;
  }

  @Override
  public void save(StateWriter out) throws IOException {
    for (Stateful device : devices) {
      device.save(out);
    }
  }

  /** After the clock. */
  @Override
  public void load(StateReader in) throws IOException {
    for (Stateful device : devices) {
      device.load(in);
    }
  }
}
