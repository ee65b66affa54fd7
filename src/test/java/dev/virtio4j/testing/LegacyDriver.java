package dev.virtio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.pci.PciFunction;

/**
 * A driver for the legacy virtio PCI transport. It does what a BIOS does, sizing and placing the
 * BAR, and what a driver does, by the same accesses.
 */
public final class LegacyDriver {
  /** Offsets in the I/O BAR. */
  public static final int DEVICE_FEATURES = 0;

  public static final int GUEST_FEATURES = 4;
  public static final int QUEUE_ADDRESS = 8;
  public static final int QUEUE_SIZE = 12;
  public static final int QUEUE_SELECT = 14;
  public static final int QUEUE_NOTIFY = 16;
  public static final int DEVICE_STATUS = 18;
  public static final int ISR = 19;
  public static final int CONFIG = 20;

  /** Device status. */
  public static final int ACKNOWLEDGE = 1;

  public static final int DRIVER = 2;
  public static final int DRIVER_OK = 4;

  /** Feature bits of the ring. */
  public static final int NOTIFY_ON_EMPTY = 1 << 24;

  public static final int INDIRECT_DESC = 1 << 28;
  public static final int EVENT_IDX = 1 << 29;

  private static final int PORT = 0xC040 & -256;

  /** Queue n is at this page and 16 pages times n. */
  private static final int FIRST_QUEUE_PAGE = 0x10;

  private final PciFunction function;
  private final GuestMemory memory;
  private final DriverLine line = new DriverLine();
  private int base;

  /**
   * Finds the BAR, places it, enables I/O, and connects the interrupt line.
   *
   * @param function the function
   * @param memory guest memory, at least 2 MiB; queues lie below 1 MiB, buffers above
   */
  public LegacyDriver(PciFunction function, GuestMemory memory) {
    this.function = function;
    this.memory = memory;
    function.connect(line);
    placeBar();
  }

  /** Sizes BAR 0 and places it, as a BIOS does after power-on. */
  public void placeBar() {
    function.writeConfig(0x10, 4, -1);
    int sizing = function.readConfig(0x10, 4);
    assertThat(sizing & 3).as("BAR 0 is one of I/O space").isEqualTo(1);
    assertThat(-(sizing & -4)).as("size of BAR 0").isEqualTo(function.ioSize());
    function.writeConfig(0x10, 4, PORT);
    function.writeConfig(0x04, 2, 1);
    base = function.readConfig(0x10, 4) & -4;
    assertThat(function.ioBase()).isEqualTo(base);
  }

  /**
   * IN.
   *
   * @param offset bytes from the start of the BAR
   * @param width 1, 2 or 4 bytes
   * @return the value
   */
  public int in(int offset, int width) {
    return function.readIo(base + offset - function.ioBase(), width);
  }

  /**
   * OUT.
   *
   * @param offset bytes from the start of the BAR
   * @param width 1, 2 or 4 bytes
   * @param value the value
   */
  public void out(int offset, int width, int value) {
    function.writeIo(base + offset - function.ioBase(), width, value);
  }

  /**
   * Resets the device, sets up queue 0, and starts.
   *
   * @param features what to accept of what is offered
   * @return queue 0
   */
  public DriverQueue start(int features) {
    reset();
    out(DEVICE_STATUS, 1, ACKNOWLEDGE);
    out(DEVICE_STATUS, 1, ACKNOWLEDGE | DRIVER);
    out(GUEST_FEATURES, 4, in(DEVICE_FEATURES, 4) & features);
    DriverQueue queue = placeQueue(0);
    out(DEVICE_STATUS, 1, ACKNOWLEDGE | DRIVER | DRIVER_OK);
    return queue;
  }

  /** Resets the device. */
  public void reset() {
    out(DEVICE_STATUS, 1, 0);
  }

  /**
   * Clears the memory of a queue and gives it to the device.
   *
   * @param index its number
   * @return the driver's side of it
   */
  public DriverQueue placeQueue(int index) {
    out(QUEUE_SELECT, 2, index);
    int page = FIRST_QUEUE_PAGE * (index + 1);
    DriverQueue queue = new DriverQueue(this, index, in(QUEUE_SIZE, 2), page, memory);
    out(QUEUE_ADDRESS, 4, page);
    return queue;
  }

  /**
   * Notifies the device of a queue.
   *
   * @param queue its number
   */
  public void notifyQueue(int queue) {
    out(QUEUE_NOTIFY, 2, queue);
  }

  /**
   * Reads the interrupt status, which clears it.
   *
   * @return 8 bits
   */
  public int readIsr() {
    return in(ISR, 1);
  }

  /**
   * The interrupt line.
   *
   * @return the line that the function is connected to
   */
  public DriverLine line() {
    return line;
  }
}
