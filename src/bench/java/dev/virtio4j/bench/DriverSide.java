package dev.virtio4j.bench;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.pc.CpulessPc;
import dev.virtio4j.virtio.blk.BlkCounter;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.blk.BlkOptions;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import java.nio.ByteBuffer;

/**
 * A disk in the reference PC and the driver of it, made so that the driver costs next to nothing:
 * all descriptors and the available ring are written beforehand, and a round of requests is a new
 * sector for each, the available index, OUT to QUEUE_NOTIFY and IN from ISR.
 *
 * <pre>
 *   10000h  the virtqueue, see {@link #AVAILABLE} and {@link #USED}
 *   C0000h  the headers of the requests, 16 bytes each
 *   C8000h  the CDBs of SCSI commands, 16 bytes each
 *   D0000h  what comes after the data, 128 bytes each; the last one is the status
 *   100000h data
 * </pre>
 */
final class DriverSide {
  static final int QUEUE_SIZE = 1024;
  static final int TABLE = 0x10000;
  static final int AVAILABLE = TABLE + 16 * QUEUE_SIZE;
  static final int USED = (AVAILABLE + 4 + 2 * QUEUE_SIZE + 2 + 0xFFF) & -0x1000;
  static final int DATA = 0x100000;

  static final int HEADERS = 0xC0000;
  private static final int CDBS = 0xC8000;
  private static final int TAILS = 0xD0000;
  private static final int TAIL_SIZE = 128;

  /** After the data of a SCSI command: sense data, four numbers, status. */
  private static final int SCSI_TAIL_LENGTH = 96 + 16 + 1;

  private static final int MEMORY_SIZE = 4 << 20;

  private static final int FLAG_NEXT = 1;
  private static final int FLAG_WRITE = 2;

  /** Accepted, so that a write may stay in the host's caches. */
  private static final int FEATURE_FLUSH = 1 << 9;

  private static final int BAR = 0xC000;
  private static final int GUEST_FEATURES = BAR + 4;
  private static final int QUEUE_ADDRESS = BAR + 8;
  private static final int QUEUE_NOTIFY = BAR + 16;
  private static final int DEVICE_STATUS = BAR + 18;
  private static final int ISR = BAR + 19;

  private final CpulessPc pc = new CpulessPc(MEMORY_SIZE);
  private final GuestMemory memory = pc.guestMemory();
  private final BlkDevice device;
  private int requests;
  private boolean scsi;
  private int end;
  private int available;
  private boolean interrupt;

  /**
   * Builds the machine and starts the driver.
   *
   * @param backend the disk
   */
  DriverSide(BlockBackend backend) {
    device = new BlkDevice(backend, BlkOptions.builder().queues(1, QUEUE_SIZE).build());
    pc.plug(VirtioPciFunction.of(device, memory, pc.clock()));
    writeConfig(1, 0x60, 0x0B0B0B0B); // PIIX3: every PIRQ to IRQ 11
    writeConfig(2, 0x10, BAR);
    writeConfig(2, 0x04, 1); // I/O space on
    pc.listenToIrqs((irq, asserted) -> interrupt = asserted);
    pc.out(GUEST_FEATURES, 4, FEATURE_FLUSH);
    pc.out(QUEUE_ADDRESS, 4, TABLE >> 12);
    pc.out(DEVICE_STATUS, 1, 7);
  }

  private void writeConfig(int device, int register, int value) {
    pc.out(0xCF8, 4, 1 << 31 | device << 11 | register);
    pc.out(0xCFC, 4, value);
  }

  /**
   * Prepares requests that are made together again and again.
   *
   * @param access what they do: "read", "write", "flush", "get ID" or "READ(10)"
   * @param count how many, a power of two
   * @param segments how many descriptors each has for data
   * @param segmentBytes the length of each
   */
  void prepare(String access, int count, int segments, int segmentBytes) {
    requests = count;
    scsi = access.equals("READ(10)");
    int type =
        switch (access) {
          case "read" -> 0;
          case "write" -> 1;
          case "READ(10)" -> 2;
          case "flush" -> 4;
          case "get ID" -> 8;
          default -> throw new IllegalArgumentException(access);
        };
    int descriptor = 0;
    for (int i = 0; i < count; i++) {
      memory.store32(HEADERS + 16 * i, type);
      for (int slot = i; slot < QUEUE_SIZE; slot += count) {
        memory.store16(AVAILABLE + 4 + 2 * slot, descriptor);
      }
      describe(descriptor++, HEADERS + 16 * i, 16, FLAG_NEXT);
      if (scsi) {
        memory.store8(CDBS + 16 * i, 0x28);
        memory.store8(CDBS + 16 * i + 7, (segmentBytes / 512) >> 8);
        memory.store8(CDBS + 16 * i + 8, segmentBytes / 512);
        describe(descriptor++, CDBS + 16 * i, 10, FLAG_NEXT);
      }
      for (int j = 0; j < segments; j++) {
        int address = DATA + (i * segments + j) * segmentBytes;
        int flags = FLAG_NEXT | (type == 1 ? 0 : FLAG_WRITE);
        describe(descriptor++, address, segmentBytes, flags);
        end = address + segmentBytes;
      }
      int tail = scsi ? SCSI_TAIL_LENGTH : 1;
      describe(descriptor++, TAILS + TAIL_SIZE * (i + 1) - tail, tail, FLAG_WRITE);
    }
  }

  private void describe(int descriptor, int address, int length, int flags) {
    int at = TABLE + 16 * descriptor;
    memory.store64(at, address);
    memory.store32(at + 8, length);
    memory.store16(at + 12, flags);
    memory.store16(at + 14, descriptor + 1);
  }

  /**
   * Says where on the disk a request is.
   *
   * @param request from 0
   * @param sector in units of 512 bytes
   */
  void setSector(int request, int sector) {
    if (scsi) {
      memory.store32(CDBS + 16 * request + 2, Integer.reverseBytes(sector));
    } else {
      memory.store64(HEADERS + 16 * request + 8, sector);
    }
  }

  /** Makes all requests, notifies, and takes the interrupt. */
  void run() {
    available += requests;
    memory.store16(AVAILABLE + 2, available);
    pc.out(QUEUE_NOTIFY, 2, 0);
    boolean interrupted = interrupt;
    int isr = pc.in(ISR, 1);
    if (!interrupted || isr != 1 || memory.load16(USED + 2) != (available & 0xFFFF)) {
      throw new IllegalStateException("the requests are not done");
    }
  }

  /** The last byte of data of the last request. */
  int lastByte() {
    return memory.load8(end - 1);
  }

  /** A buffer of the kind that guest memory is, for the floor. */
  static ByteBuffer dataBuffer(int bytes) {
    return ByteBuffer.wrap(new byte[MEMORY_SIZE], DATA, bytes).slice();
  }

  /** Notifies with nothing available. */
  void notifyOfNothing() {
    pc.out(QUEUE_NOTIFY, 2, 0);
  }

  /** All of RAM as it is now, for the floor to work on. */
  byte[] copyOfMemory() {
    byte[] copy = new byte[MEMORY_SIZE];
    memory.read(0, copy, 0, 0xA0000);
    memory.read(0xC0000, copy, 0xC0000, MEMORY_SIZE - 0xC0000);
    return copy;
  }

  /** Fails if a request ended in anything but OK. */
  void checkNoErrors() {
    for (int i = 0; i < requests; i++) {
      int status = memory.load8(TAILS + TAIL_SIZE * (i + 1) - 1);
      if (status != 0) {
        throw new IllegalStateException("request " + i + ": status " + status);
      }
    }
    if (device.counters().get(BlkCounter.ERRORS) != 0) {
      throw new IllegalStateException("requests have failed");
    }
  }
}
