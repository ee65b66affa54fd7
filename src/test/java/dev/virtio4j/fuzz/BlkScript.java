package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.BlkLockstep.RAM_SIZE;
import static dev.virtio4j.fuzz.BlkLockstep.SECTORS;
import static dev.virtio4j.fuzz.BlkLockstep.requireEqual;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Bytes as the doings of a driver: each action is a byte that says which, and the bytes it needs;
 * where they end, zeros follow. Well-formed rings and requests take few bytes, so that they come up
 * often; damage is done to them afterwards. After the last action the device must still work.
 */
final class BlkScript {
  private static final int FEATURES = 4;
  private static final int QUEUE_ADDRESS = 8;
  private static final int QUEUE_SELECT = 14;
  private static final int QUEUE_NOTIFY = 16;
  private static final int STATUS = 18;
  private static final int ISR = 19;

  private static final int IN = 0;
  private static final int OUT = 1;
  private static final int SCSI_CMD = 2;
  private static final int SCSI_CMD_OUT = 3;
  private static final int FLUSH = 4;
  private static final int GET_ID = 8;

  /** Sense data and results of a SCSI command. */
  private static final int SCSI_RESULTS = 112;

  private static final int MAX_CDB = 20;

  private static final int NEXT = 1;
  private static final int WRITE = 2;
  private static final int INDIRECT = 4;

  private static final int N = BlkModel.QUEUE_SIZE;

  /** The page of a well-placed ring, which has three. Buffers lie after it. */
  private static final int RING_PAGE = 1;

  private static final int BUFFERS = 0x4000;

  /** The registers and their widths. */
  private static final int[][] REGISTERS = {
    {0, 4}, {4, 4}, {8, 4}, {12, 2}, {14, 2}, {16, 2}, {18, 1}, {19, 1}
  };

  /** The features that make a difference; the last is BAD_FEATURE. */
  private static final int[] DRIVER_FEATURES = {1 << 9, 1 << 24, 1 << 28, 1 << 29, 1 << 30};

  private record Descriptor(long address, long length, int flags) {}

  private final ByteBuffer bytes;
  private final boolean readOnly;
  private final BlkLockstep machine;

  /** The driver's side of the ring. */
  private long table = RING_PAGE * 4096L;

  private int availableIndex;
  private int nextDescriptor;
  private int nextBuffer = BUFFERS;

  /** The latest indirect table. */
  private long tail = BUFFERS;

  BlkScript(byte[] input) {
    bytes = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
    int options = u8();
    readOnly = (options & 1) != 0;
    machine = new BlkLockstep(readOnly, (options & 2) != 0 ? 4096 : 512, (options & 4) == 0);
  }

  void run() {
    while (bytes.hasRemaining()) {
      act();
    }
    machine.checkMemoryAndDisk();
    checkWorks();
    machine.checkMemoryAndDisk();
  }

  private void act() {
    switch (u8() % 20) {
      case 0 -> machine.in(u8() % BlkLockstep.BAR_SIZE, width());
      case 1 -> machine.out(u8() % BlkLockstep.BAR_SIZE, width(), (int) value());
      case 2 -> {
        int[] register = REGISTERS[u8() % REGISTERS.length];
        machine.out(register[0], register[1], (int) value());
        machine.in(register[0], register[1]);
      }
      case 3 -> {
        int width = width();
        machine.readConfig(u8() & -width, width);
      }
      case 4 -> {
        int width = width();
        machine.writeConfig(u8() & -width, width, u32());
      }
      case 5 -> start(features());
      case 6 -> place(page());
      case 7, 8 -> request(0);
      case 9 -> request(BlkModel.MAX_DESCRIPTORS - 16 + u8() % 32);
      case 10 -> damageDescriptor(table, (nextDescriptor - 1 - u8()) & (N - 1));
      case 11 -> damageDescriptor(tail, u8() % 16);
      case 12 -> machine.store(address(), 1 + u8() % 8, u64());
      case 13 -> makeAvailable((int) value());
      case 14 -> bumpIndex((int) value());
      case 15 -> machine.in(ISR, 1);
      case 16 -> machine.resetBus();
      case 17 -> machine.out(STATUS, 1, 0);
      default -> notifyDevice();
    }
  }

  private int features() {
    int choice = u8();
    int features = 0;
    for (int i = 0; i < DRIVER_FEATURES.length; i++) {
      features |= (choice >> i & 1) * DRIVER_FEATURES[i];
    }
    return choice < 128 ? features : u32();
  }

  private int page() {
    int page = u8();
    return page < 128 ? page % (RAM_SIZE / 4096 + 1) : u32();
  }

  private void start(int features) {
    machine.out(STATUS, 1, 0);
    machine.out(STATUS, 1, 3);
    machine.out(FEATURES, 4, features);
    place(RING_PAGE);
    machine.out(STATUS, 1, 7);
  }

  /** Clears the memory of the ring and gives it to the device. */
  private void place(int page) {
    table = (page & 0xFFFF_FFFFL) * 4096;
    machine.clear(table, 3 * 4096);
    availableIndex = 0;
    nextDescriptor = 0;
    nextBuffer = BUFFERS;
    machine.out(QUEUE_SELECT, 2, 0);
    machine.out(QUEUE_ADDRESS, 4, page);
  }

  /**
   * A whole request, its buffers cut anywhere, direct, indirect or both.
   *
   * @param padding how many descriptors without bytes come first
   */
  private void request(int padding) {
    int kind = u8();
    int type =
        switch (kind % 8) {
          case 0, 1 -> IN;
          case 2, 3 -> OUT;
          case 4 -> FLUSH;
          case 5 -> GET_ID;
          case 6 -> OUT | 0x8000_0000;
          default -> u32();
        };
    long sector = (kind & 64) == 0 ? u8() % (SECTORS + 2) : value();
    int size = u8();
    int length = (kind & 128) == 0 ? size % (SECTORS + 2) * 512 : size;
    int plainType = type & 0x7FFF_FFFF;
    boolean scsi = plainType == SCSI_CMD || plainType == SCSI_CMD_OUT;
    byte[] cdb = new byte[scsi ? u8() % MAX_CDB : 0];
    for (int i = 0; i < cdb.length; i++) {
      cdb[i] = (byte) u8();
    }
    int tail = scsi ? SCSI_RESULTS + 1 : 1;
    boolean toDisk = plainType == OUT || plainType == SCSI_CMD_OUT;
    ByteBuffer header = ByteBuffer.allocate(16 + cdb.length).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(type).putInt(0).putLong(sector).put(cdb);

    List<Descriptor> chain = new ArrayList<>(Collections.nCopies(padding, new Descriptor(0, 0, 0)));
    cut(chain, header.array(), header.capacity() + (toDisk ? length : 0), 0);
    cut(chain, new byte[0], tail + (toDisk ? 0 : length), WRITE);
    submit(chain);
    if ((kind & 8) != 0) {
      tellWhenToInterrupt();
    }
    if ((kind & 16) != 0) {
      notifyDevice();
    }
  }

  /** Cuts a stream that starts with some bytes into descriptors with gaps between them. */
  private void cut(List<Descriptor> chain, byte[] start, int length, int flags) {
    int done = 0;
    for (int pieces = u8() % 8; pieces >= 0; pieces--) {
      int size = pieces == 0 ? length - done : Math.min(pieceLength(), length - done);
      long address = allocate(size);
      for (int i = done; i < Math.min(done + size, start.length); i++) {
        machine.store(address + i - done, 1, start[i]);
      }
      chain.add(new Descriptor(address, size, flags));
      done += size;
    }
  }

  private int pieceLength() {
    int choice = u8();
    return choice < 128 ? choice % 20 : 32 * (choice - 127);
  }

  /** Takes room for a buffer, with a gap after it. */
  private int allocate(int length) {
    if (nextBuffer + length > RAM_SIZE) {
      nextBuffer = BUFFERS;
    }
    int address = nextBuffer;
    nextBuffer += length + 3;
    return address;
  }

  private void submit(List<Descriptor> chain) {
    int layout = u8();
    int direct = chain.size() > N ? 0 : layout < 128 ? chain.size() : layout % (chain.size() + 1);
    List<Descriptor> first = new ArrayList<>(chain.subList(0, direct));
    List<Descriptor> rest = chain.subList(direct, chain.size());
    if (!rest.isEmpty()) {
      tail = allocate(16 * rest.size());
      for (int i = 0; i < rest.size(); i++) {
        describe(tail, i, rest.get(i), i + 1 < rest.size(), i + 1);
      }
      first.add(new Descriptor(tail, 16L * rest.size(), INDIRECT));
    }
    int head = nextDescriptor;
    for (int i = 0; i < first.size(); i++) {
      int index = nextDescriptor;
      nextDescriptor = (nextDescriptor + 1) % N;
      describe(table, index, first.get(i), i + 1 < first.size(), nextDescriptor);
    }
    makeAvailable(head);
  }

  private void describe(long at, int index, Descriptor descriptor, boolean goesOn, int next) {
    long place = at + 16L * index;
    machine.store(place, 8, descriptor.address);
    machine.store(place + 8, 4, descriptor.length);
    machine.store(place + 12, 2, descriptor.flags | (goesOn ? NEXT : 0));
    machine.store(place + 14, 2, next);
  }

  private void damageDescriptor(long at, int index) {
    long place = at + 16L * index;
    switch (u8() % 5) {
      case 0 -> machine.store(place, 8, address());
      case 1 -> machine.store(place + 8, 4, value());
      case 2 -> machine.store(place + 12, 2, u8() % 8);
      case 3 -> machine.store(place + 12, 2, u16());
      default -> machine.store(place + 14, 2, value());
    }
  }

  private void makeAvailable(int head) {
    machine.store(available() + 4 + 2L * (availableIndex % N), 2, head);
    bumpIndex(1);
  }

  private void bumpIndex(int count) {
    availableIndex = (availableIndex + count) & 0xFFFF;
    machine.store(available() + 2, 2, availableIndex);
  }

  private void tellWhenToInterrupt() {
    int value = u8();
    machine.store(available(), 2, value & 1);
    machine.store(available() + 4 + 2 * N, 2, availableIndex - 2 + value / 2 % 4);
  }

  private long available() {
    return table + 16 * N;
  }

  private void notifyDevice() {
    machine.out(QUEUE_NOTIFY, 2, 0);
  }

  /** After a reset a driver that does all by the book writes, reads back and flushes. */
  private void checkWorks() {
    start(1 << 9);
    int length = 4096;
    int header = 0x4000;
    int data = 0x5000;
    int status = 0x7000;
    for (int i = 0; i < length; i++) {
      machine.store(data + i, 1, 7 * i + 1);
    }
    machine.clear(data + length, length);
    int written = run(OUT, header, new Descriptor(data, length, 0), status);
    requireEqual("status of a write", written, readOnly ? 1 : 0);
    int read = run(IN, header, new Descriptor(data + length, length, WRITE), status);
    requireEqual("status of a read", read, 0);
    for (int i = 0; i < length && !readOnly; i++) {
      requireEqual("byte read back", machine.load(data + length + i), (7 * i + 1) & 0xFF);
    }
    int flushed = run(FLUSH, header, new Descriptor(data, 0, 0), status);
    requireEqual("status of a flush", flushed, 0);
  }

  private int run(int type, int header, Descriptor data, int status) {
    machine.store(header, 8, type);
    machine.store(header + 8, 8, 8); // a sector that starts a block of 4096
    machine.store(status, 1, 0xEE);
    submitDirect(new Descriptor(header, 16, 0), data, new Descriptor(status, 1, WRITE));
    notifyDevice();
    requireEqual("ISR", machine.in(ISR, 1), 1);
    return machine.load(status);
  }

  private void submitDirect(Descriptor... chain) {
    for (int i = 0; i < chain.length; i++) {
      describe(table, i, chain[i], i + 1 < chain.length, i + 1);
    }
    makeAvailable(0);
  }

  // Values

  private int width() {
    return 1 << u8() % 3;
  }

  /** An address, most often one in RAM. */
  private long address() {
    int kind = u8();
    return kind < 128 ? u16() : kind < 192 ? table + u16() % 0x3000 : value(kind);
  }

  private long value() {
    return value(u8());
  }

  /** A number of some kind that is worth a try. */
  private long value(int kind) {
    return switch (kind % 8) {
      case 0 -> u8();
      case 1 -> u16();
      case 2 -> u32();
      case 3 -> u64();
      case 4 -> RAM_SIZE - u8();
      case 5 -> -u8();
      case 6 -> N - 2 + u8() % 5;
      default -> 1L << u8();
    };
  }

  private int u8() {
    return bytes.hasRemaining() ? bytes.get() & 0xFF : 0;
  }

  private int u16() {
    return u8() | u8() << 8;
  }

  private int u32() {
    return u16() | u16() << 16;
  }

  private long u64() {
    return (u32() & 0xFFFF_FFFFL) | (long) u32() << 32;
  }
}
