package dev.virtio4j.bench;

import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.pc.CpulessPc;
import dev.virtio4j.virtio.VirtioDevice;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import java.nio.ByteBuffer;

/**
 * A device in the reference PC and the driver of it, made so that the driver costs next to nothing:
 * all descriptors and the available ring of one queue are written beforehand, and a round of
 * requests is what differs in each, the available index, OUT to QUEUE_NOTIFY and IN from ISR.
 *
 * <pre>
 *   10000h  the virtqueue, see {@link #AVAILABLE} and {@link #USED}
 *   C0000h  the headers of the requests, 64 bytes each
 *   D0000h  what comes before or after the data, 128 bytes each
 *   100000h data
 * </pre>
 */
abstract class DriverSide {
  static final int QUEUE_SIZE = 1024;
  static final int TABLE = 0x10000;
  static final int AVAILABLE = TABLE + 16 * QUEUE_SIZE;
  static final int USED = (AVAILABLE + 4 + 2 * QUEUE_SIZE + 2 + 0xFFF) & -0x1000;
  static final int DATA = 0x100000;

  static final int HEADERS = 0xC0000;
  static final int HEADER_SIZE = 64;
  static final int TAILS = 0xD0000;
  static final int TAIL_SIZE = 128;

  private static final int MEMORY_SIZE = 4 << 20;

  private static final int FLAG_NEXT = 1;
  private static final int FLAG_WRITE = 2;

  private static final int BAR = 0xC000;
  private static final int GUEST_FEATURES = BAR + 4;
  private static final int QUEUE_ADDRESS = BAR + 8;
  private static final int QUEUE_SELECT = BAR + 14;
  private static final int QUEUE_NOTIFY = BAR + 16;
  private static final int DEVICE_STATUS = BAR + 18;
  private static final int ISR = BAR + 19;

  private final CpulessPc pc = new CpulessPc(MEMORY_SIZE);
  final GuestMemory memory = pc.guestMemory();
  private final int queue;
  private int requests;
  private int descriptors;
  private int end;
  private int available;
  private boolean interrupt;

  /**
   * Builds the machine and starts the driver.
   *
   * @param device has queues of {@link #QUEUE_SIZE}
   * @param queue the one to use
   * @param features to accept
   */
  DriverSide(VirtioDevice device, int queue, int features) {
    this.queue = queue;
    pc.plug(VirtioPciFunction.of(device, memory, pc.clock()));
    writeConfig(0, 0x58, 0x33333000); // 440FX, PAM: C0000 to FFFFF is RAM
    writeConfig(0, 0x5C, 0x33333333);
    writeConfig(1, 0x60, 0x0B0B0B0B); // PIIX3: every PIRQ to IRQ 11
    writeConfig(2, 0x10, BAR);
    writeConfig(2, 0x04, 1); // I/O space on
    pc.listenToIrqs((irq, asserted) -> interrupt = asserted);
    pc.out(GUEST_FEATURES, 4, features);
    pc.out(QUEUE_SELECT, 2, queue);
    pc.out(QUEUE_ADDRESS, 4, TABLE >> 12);
    pc.out(DEVICE_STATUS, 1, 7);
  }

  private void writeConfig(int device, int register, int value) {
    pc.out(0xCF8, 4, 1 << 31 | device << 11 | register);
    pc.out(0xCFC, 4, value);
  }

  /** Begins the preparation of requests that are made together, a power of two of them. */
  final void begin(int count) {
    requests = count;
    descriptors = 0;
  }

  /** The descriptor that is next begins a request. */
  final void beginRequest(int request) {
    for (int slot = request; slot < QUEUE_SIZE; slot += requests) {
      memory.store16(AVAILABLE + 4 + 2 * slot, descriptors);
    }
  }

  /** A buffer that the device reads. */
  final void readable(int address, int length) {
    describe(address, length, FLAG_NEXT);
  }

  /** A buffer that the device writes. */
  final void writable(int address, int length) {
    describe(address, length, FLAG_NEXT | FLAG_WRITE);
  }

  /** The buffers of data of a request; those of all requests lie one after the other. */
  final void data(int request, int segments, int segmentBytes, boolean deviceWrites) {
    for (int j = 0; j < segments; j++) {
      int address = DATA + (request * segments + j) * segmentBytes;
      describe(address, segmentBytes, FLAG_NEXT | (deviceWrites ? FLAG_WRITE : 0));
      end = address + segmentBytes;
    }
  }

  /** The last buffer was the last of its request. */
  final void endRequest() {
    int flags = TABLE + 16 * (descriptors - 1) + 12;
    memory.store16(flags, memory.load16(flags) & ~FLAG_NEXT);
  }

  private void describe(int address, int length, int flags) {
    int at = TABLE + 16 * descriptors;
    memory.store64(at, address);
    memory.store32(at + 8, length);
    memory.store16(at + 12, flags);
    memory.store16(at + 14, ++descriptors);
  }

  /**
   * Says where on the disk a request is.
   *
   * @param request from 0
   * @param sector in units of 512 bytes
   */
  abstract void setSector(int request, int sector);

  /** Fails if a request has failed. */
  abstract void checkNoErrors();

  /** Makes all requests, notifies, and takes the interrupt. */
  final void run() {
    available += requests;
    memory.store16(AVAILABLE + 2, available);
    pc.out(QUEUE_NOTIFY, 2, queue);
    boolean interrupted = interrupt;
    int isr = pc.in(ISR, 1);
    if (!interrupted || isr != 1 || memory.load16(USED + 2) != (available & 0xFFFF)) {
      throw new IllegalStateException("the requests are not done");
    }
  }

  /** How many requests were prepared. */
  final int requests() {
    return requests;
  }

  /** The last byte of data of the last request. */
  final int lastByte() {
    return memory.load8(end - 1);
  }

  /** A buffer of the kind that guest memory is, for the floor. */
  static ByteBuffer dataBuffer(int bytes) {
    return ByteBuffer.wrap(new byte[MEMORY_SIZE], DATA, bytes).slice();
  }

  /** Notifies with nothing available. */
  final void notifyOfNothing() {
    pc.out(QUEUE_NOTIFY, 2, queue);
  }

  /** All of RAM as it is now, for the floor to work on. */
  final byte[] copyOfMemory() {
    byte[] copy = new byte[MEMORY_SIZE];
    memory.read(0, copy, 0, 0xA0000);
    memory.read(0xC0000, copy, 0xC0000, MEMORY_SIZE - 0xC0000);
    return copy;
  }
}
