package dev.virtio4j.pc;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.pc.memory.IoPorts;
import dev.virtio4j.pc.memory.PhysicalMemory;
import dev.virtio4j.pci.PciFunction;

/**
 * The machine of {@link ReferencePc} without its CPU: a program outside makes the accesses, sees
 * the interrupts and moves the time. It is as after power-on, before any firmware ran: BARs have no
 * place, no PIRQ is routed, and C0000 to FFFFF is not RAM. COM1 is not connected.
 *
 * <p>When a reset is asked for, at port 64h, 92h or CF9h, the PCI bus is reset; RAM and the ISA
 * devices stay as they are.
 */
public final class CpulessPc {
  private final PhysicalMemory memory;
  private final IoPorts ports = new IoPorts();
  private final VirtualClock clock = new VirtualClock(() -> 0, () -> {}, () -> {});
  private final Mainboard board;

  /**
   * Makes a machine with nothing plugged in. Its real-time clock starts at {@link
   * ReferencePc#DEFAULT_START_SECONDS}.
   *
   * @param memoryBytes the size of RAM in bytes, a multiple of 4096 from {@link
   *     ReferencePc#MIN_MEMORY} up
   * @throws IllegalArgumentException if the memory's size is none of these
   */
  public CpulessPc(int memoryBytes) {
    memory = new PhysicalMemory(memoryBytes);
    board =
        new Mainboard(
            memory,
            ports,
            clock,
            ReferencePc.DEFAULT_START_SECONDS,
            asserted -> {},
            value -> {},
            reason -> reset());
  }

  private void reset() {
    board.bus.reset();
  }

  /**
   * Plugs a function into the next free slot of the PCI bus; the first one is device 2.
   *
   * @param function the function
   * @throws IllegalArgumentException if the bus is full
   */
  public void plug(PciFunction function) {
    board.plug(function);
  }

  /**
   * Its memory.
   *
   * @return all of it RAM but for A0000 to BFFFF, and as the host bridge has it C0000 to FFFFF
   */
  public GuestMemory guestMemory() {
    return memory;
  }

  /**
   * IN.
   *
   * @param port the port, 0 to 65535
   * @param width 1, 2 or 4 bytes
   * @return the value, zero above its width; all ones where nobody answers
   */
  public int in(int port, int width) {
    return ports.read(port, width);
  }

  /**
   * OUT.
   *
   * @param port the port, 0 to 65535
   * @param width 1, 2 or 4 bytes
   * @param value the value; what lies above its width is ignored
   */
  public void out(int port, int width, int value) {
    ports.write(port, width, value);
  }

  /**
   * Shows what drives the inputs of the interrupt controllers.
   *
   * @param listener is called from now on, in place of any before it
   */
  public void listenToIrqs(IrqListener listener) {
    board.listenToIrqs(listener);
  }

  /**
   * The emulated time, for devices.
   *
   * @return the clock, which starts at 0 and only moves in {@link #advanceTo}
   */
  public EventClock clock() {
    return clock;
  }

  /**
   * When the next timer is due.
   *
   * @return its time in emulated nanoseconds, or {@link Long#MAX_VALUE} if none is set
   */
  public long deadline() {
    return clock.deadline();
  }

  /**
   * Lets time pass, each timer running at its own time, then runs the work that other threads
   * posted.
   *
   * @param nanos to which emulated time; one that is past moves nothing, and still runs what is due
   */
  public void advanceTo(long nanos) {
    clock.runDue();
    while (clock.now() < nanos) {
      clock.skip(Math.min(clock.deadline(), nanos) - clock.now());
      clock.runDue();
    }
  }
}
