package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.BlkLockstep.RAM_SIZE;

import java.util.ArrayList;
import java.util.List;

/** The sane part of a driver: its side of the rings, and room for buffers behind them. */
final class FuzzDriver {
  static final int FEATURES = 4;
  static final int QUEUE_ADDRESS = 8;
  static final int QUEUE_SELECT = 14;
  static final int QUEUE_NOTIFY = 16;
  static final int STATUS = 18;
  static final int ISR = 19;

  static final int NEXT = 1;
  static final int WRITE = 2;
  static final int INDIRECT = 4;

  private static final int PAGE = 4096;

  /** The page of the first well-placed ring; the others follow. */
  private static final int FIRST_PAGE = 1;

  /** A descriptor, but for where it goes on. */
  record Descriptor(long address, long length, int flags) {}

  /** What the driver knows of a queue. */
  private static final class Ring {
    private long table;
    private int availableIndex;
    private int nextDescriptor;
  }

  private final FuzzMachine machine;
  private final int size;
  private final int pages;
  private final int buffers;
  private final List<Ring> rings = new ArrayList<>();
  private int selected;
  private int nextBuffer;

  /**
   * Makes a driver.
   *
   * @param queues how many the device has
   * @param queueSize how many descriptors each has
   */
  FuzzDriver(FuzzMachine machine, int queues, int queueSize) {
    this.machine = machine;
    size = queueSize;
    pages = (ModelQueue.usedOffset(size) + 6 + 8 * size + PAGE - 1) / PAGE;
    buffers = PAGE * (FIRST_PAGE + queues * pages);
    nextBuffer = buffers;
    for (int i = 0; i < queues; i++) {
      Ring ring = new Ring();
      ring.table = (long) PAGE * (FIRST_PAGE + i * pages);
      rings.add(ring);
    }
  }

  /** How many descriptors a queue has. */
  int size() {
    return size;
  }

  /** Where buffers begin. */
  int buffers() {
    return buffers;
  }

  /** From reset to DRIVER_OK, with all queues at their places. */
  void start(int features) {
    machine.out(STATUS, 1, 0);
    machine.out(STATUS, 1, 3);
    machine.out(FEATURES, 4, features);
    for (int i = rings.size() - 1; i >= 0; i--) {
      selected = i;
      place();
    }
    machine.out(STATUS, 1, 7);
  }

  /** Turns to a queue. */
  void select(int queue) {
    selected = queue % rings.size();
  }

  private Ring ring() {
    return rings.get(selected);
  }

  /** Gives the queue its own place. */
  void place() {
    place(FIRST_PAGE + selected * pages);
  }

  /** Clears the memory of the ring and gives it to the device. */
  void place(int page) {
    ring().table = (page & 0xFFFF_FFFFL) * PAGE;
    machine.clear(ring().table, pages * PAGE);
    ring().availableIndex = 0;
    ring().nextDescriptor = 0;
    nextBuffer = buffers;
    machine.out(QUEUE_SELECT, 2, selected);
    machine.out(QUEUE_ADDRESS, 4, page);
  }

  /** Where the descriptors are. */
  long table() {
    return ring().table;
  }

  /** The descriptor that was written so many descriptors before the last one. */
  int descriptorBefore(int count) {
    return (ring().nextDescriptor - 1 - count) & (size - 1);
  }

  private long available() {
    return table() + 16L * size;
  }

  /** Takes room for a buffer, with a gap after it; starts again where none is left. */
  int allocate(int length) {
    if (nextBuffer + length > RAM_SIZE) {
      nextBuffer = buffers;
    }
    int address = nextBuffer;
    nextBuffer += length + 3;
    return address;
  }

  /** Puts a chain into the table, and gives its head. */
  int describe(List<Descriptor> chain) {
    int head = ring().nextDescriptor;
    for (int i = 0; i < chain.size(); i++) {
      int index = ring().nextDescriptor;
      ring().nextDescriptor = (index + 1) % size;
      describe(table(), index, chain.get(i), i + 1 < chain.size(), ring().nextDescriptor);
    }
    return head;
  }

  /** Puts descriptors into an indirect table, and gives the one that points to it. */
  Descriptor describeIndirect(List<Descriptor> chain) {
    int address = allocate(16 * chain.size());
    for (int i = 0; i < chain.size(); i++) {
      describe(address, i, chain.get(i), i + 1 < chain.size(), i + 1);
    }
    return new Descriptor(address, 16L * chain.size(), INDIRECT);
  }

  /** Writes a descriptor. */
  void describe(long at, int index, Descriptor descriptor, boolean goesOn, int next) {
    long place = at + 16L * index;
    machine.store(place, 8, descriptor.address);
    machine.store(place + 8, 4, descriptor.length);
    machine.store(place + 12, 2, descriptor.flags | (goesOn ? NEXT : 0));
    machine.store(place + 14, 2, next);
  }

  void makeAvailable(int head) {
    machine.store(available() + 4 + 2L * (ring().availableIndex % size), 2, head);
    bumpIndex(1);
  }

  void bumpIndex(int count) {
    ring().availableIndex = (ring().availableIndex + count) & 0xFFFF;
    machine.store(available() + 2, 2, ring().availableIndex);
  }

  /**
   * Says when to interrupt.
   *
   * @param flags of the available ring
   * @param usedEvent counted from the available index
   */
  void tellWhenToInterrupt(int flags, int usedEvent) {
    machine.store(available(), 2, flags);
    machine.store(available() + 4 + 2L * size, 2, ring().availableIndex + usedEvent);
  }

  void notifyDevice() {
    machine.out(QUEUE_NOTIFY, 2, selected);
  }
}
