package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.BlkLockstep.MAX_SECTORS;
import static dev.virtio4j.fuzz.BlkLockstep.RAM_SIZE;
import static dev.virtio4j.fuzz.BlkLockstep.SECTORS;
import static dev.virtio4j.fuzz.BlkLockstep.requireEqual;
import static dev.virtio4j.fuzz.FuzzDriver.WRITE;
import static dev.virtio4j.fuzz.ModelRequest.BARRIER;
import static dev.virtio4j.fuzz.ModelRequest.DISCARD;
import static dev.virtio4j.fuzz.ModelRequest.FLUSH;
import static dev.virtio4j.fuzz.ModelRequest.GET_ID;
import static dev.virtio4j.fuzz.ModelRequest.IN;
import static dev.virtio4j.fuzz.ModelRequest.OUT;
import static dev.virtio4j.fuzz.ModelRequest.SCSI_CMD;
import static dev.virtio4j.fuzz.ModelRequest.SCSI_CMD_OUT;
import static dev.virtio4j.fuzz.ModelRequest.WRITE_ZEROES;

import dev.virtio4j.fuzz.FuzzDriver.Descriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Bytes as the doings of a driver and its host: the first three say which device, then each action
 * is a byte that says which, and the bytes it needs; where they end, zeros follow. Well-formed
 * rings and requests take few bytes, so that they come up often; damage is done to them afterwards.
 * After the last action the device must still work.
 */
final class BlkScript extends FuzzScript {
  /** The actions of a driver are repeated below this number, those of the host stand above. */
  static final int HOST_ACTIONS = 200;

  static final int MALFORMED_ACTION = HOST_ACTIONS + 9;

  private static final int DRIVER_ACTIONS = 20;
  private static final int SECOND = 1_000_000_000;

  /** The registers and their widths; the last is the switch of the write cache. */
  private static final int[][] REGISTERS = {
    {0, 4}, {4, 4}, {8, 4}, {12, 2}, {14, 2}, {16, 2}, {18, 1}, {19, 1}
  };

  private static final int WRITEBACK = 20 + 32;

  /** The features that make a difference. */
  private static final int[] DRIVER_FEATURES = {
    1 << 9, 1 << 24, 1 << 28, 1 << 29, 1 << 30, 1 << 11, 1 << 12
  };

  private final BlkSetup setup;
  private final BlkLockstep machine;
  private final FuzzDriver driver;
  private final MalformedRequests malformedRequests;
  private final int size;

  /** The latest indirect table. */
  private long tail;

  BlkScript(byte[] input) {
    super(input);
    setup = BlkSetup.of(u8(), u8(), u8());
    machine = new BlkLockstep(setup);
    driver = new FuzzDriver(machine, setup.queues(), setup.queueSize());
    malformedRequests = new MalformedRequests(machine, driver, setup);
    size = setup.queueSize();
    tail = driver.buffers();
  }

  void run() {
    while (hasMore()) {
      act();
    }
    machine.checkMemoryAndDisk();
    checkWorks();
    machine.checkMemoryAndDisk();
  }

  /** How many malformed requests of each kind there were. */
  Map<Malformed, Integer> malformed() {
    return machine.malformed();
  }

  /** How many devices there were, one after the other. */
  int devices() {
    return machine.devices();
  }

  private void act() {
    int action = u8();
    if (action >= HOST_ACTIONS) {
      actOfHost(action);
      return;
    }
    switch (action % DRIVER_ACTIONS) {
      case 0 -> machine.in(u8() % machine.barSize(), width());
      case 1 -> machine.out(u8() % machine.barSize(), width(), (int) value());
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
      case 5 -> driver.start(features());
      case 6 -> driver.place(page());
      case 7, 8 -> request(0);
      case 9 -> request(ModelChain.MAX_DESCRIPTORS - 16 + u8() % 32);
      case 10 -> damageDescriptor(driver.table(), driver.descriptorBefore(u8()));
      case 11 -> damageDescriptor(tail, u8() % 16);
      case 12 -> machine.store(address(), 1 + u8() % 8, u64());
      case 13 -> driver.makeAvailable((int) value());
      case 14 -> driver.bumpIndex((int) value());
      case 15 -> machine.in(FuzzDriver.ISR, 1);
      case 16 -> machine.resetBus();
      case 17 -> machine.out(FuzzDriver.STATUS, 1, 0);
      default -> driver.notifyDevice();
    }
  }

  /** What the host does, and what a driver does that uses more of the device. */
  private void actOfHost(int action) {
    switch (action % HOST_ACTIONS) {
      case 0 -> driver.select(u8());
      case 1 -> machine.advance(time());
      case 2 -> machine.advanceToDeadline();
      case 3 -> machine.resize(8 * (1 + u8() % (MAX_SECTORS / 8)));
      case 4 -> {
        int sector = u8() % SECTORS;
        int what = u8();
        machine.faults().set(sector, (what & 1) != 0, (what & 2) != 0, (what & 4) != 0);
      }
      case 5 -> machine.faults().clear();
      case 6 -> machine.resume();
      case 7 -> machine.saveAndRestore();
      case 8 -> machine.restoreDamaged(u16(), u8());
      case 9 -> {
        Malformed kind = Malformed.values()[u8() % Malformed.values().length];
        malformedRequests.make(kind, 1 + u8());
      }
      case 10 -> sequence();
      case 11 -> machine.out(WRITEBACK, 1, u8() % 2);
      case 12 -> ranges();
      case 13 -> scsi();
      default -> machine.advance(SECOND);
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
          case 6 -> OUT | BARRIER;
          default -> u32();
        };
    if ((kind & 32) != 0) {
      type |= BARRIER;
    }
    long sector = (kind & 64) == 0 ? u8() % (SECTORS + 2) : value();
    int choice = u8();
    int length = (kind & 128) == 0 ? choice % (SECTORS + 2) * ModelDisk.SECTOR : choice;
    boolean toDisk = (type & ~BARRIER) == OUT;
    submit(padding, header(type, sector), toDisk ? length : 0, toDisk ? 0 : length);
    tellAndNotify(kind);
  }

  /** READ, VERIFY, PRE-FETCH and SYNCHRONIZE CACHE (10). */
  private static final int[] SCSI_IN = {0x28, 0x2F, 0x28, 0x34, 0x28, 0x35};

  /** WRITE, WRITE AND VERIFY, VERIFY, WRITE SAME and XDWRITEREAD (10), and UNMAP. */
  private static final int[] SCSI_OUT = {0x2A, 0x2E, 0x2F, 0x41, 0x53, 0x42};

  /** A SCSI command, most often one whose bytes mean something. */
  private void scsi() {
    int kind = u8();
    byte[] cdb = new byte[(kind & 1) == 0 ? 10 : u8() % 20];
    for (int i = 0; i < cdb.length && (kind & 2) == 0; i++) {
      cdb[i] = (byte) u8();
    }
    if ((kind & 2) != 0 && cdb.length > 8) {
      int[] codes = (kind & 4) == 0 ? SCSI_IN : SCSI_OUT;
      cdb[0] = (byte) codes[(kind >> 3) % codes.length];
      cdb[1] = (byte) ((kind & 64) == 0 ? 0 : u8() & 0x0E); // BYTCHK, FUA, UNMAP
      cdb[5] = (byte) (u8() % (SECTORS + 2));
      cdb[8] = (byte) (u8() % 4);
    }
    int length = u8() * 16;
    int type = (kind & 4) == 0 ? SCSI_CMD : SCSI_CMD_OUT;
    submit(
        0,
        header(type, 0, cdb),
        type == SCSI_CMD ? 0 : length,
        ModelScsi.TAIL + (type == SCSI_CMD ? length : 0));
    tellAndNotify(kind);
  }

  /** Several reads or writes of a block or two that follow each other on the disk. */
  private void sequence() {
    int kind = u8();
    int type = (kind & 1) == 0 ? IN : OUT;
    int step = (kind & 2) == 0 ? setup.blockSize() : 2 * setup.blockSize();
    long sector = u8() % SECTORS;
    for (int count = 2 + (kind >> 2 & 1) * 2; count > 0; count--) {
      int barrier = (kind & 32) != 0 && count == 2 ? BARRIER : 0;
      submit(0, header(type | barrier, sector), type == OUT ? step : 0, type == IN ? step : 0);
      sector += step / ModelDisk.SECTOR;
    }
    tellAndNotify(kind);
  }

  /** DISCARD or WRITE_ZEROES. */
  private void ranges() {
    int kind = u8();
    int count = (kind & 64) == 0 ? 1 + (kind & 3) : ModelDisk.MAX_RANGES - 1 + (kind & 3);
    ByteBuffer data = ByteBuffer.allocate(16 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      boolean plain = (kind & 128) == 0;
      data.putLong(plain ? u8() % (SECTORS + 2) : value());
      data.putInt(plain ? u8() % (SECTORS + 2) : (int) value());
      data.putInt(plain ? 0 : u8() % 4);
    }
    submit(0, header((kind & 4) == 0 ? DISCARD : WRITE_ZEROES, 0, data.array()), 0, 0);
    tellAndNotify(kind);
  }

  private static byte[] header(int type, long sector, byte... more) {
    return ByteBuffer.allocate(ModelRequest.HEADER + more.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(type)
        .putInt(0)
        .putLong(sector)
        .put(more)
        .array();
  }

  private void tellAndNotify(int kind) {
    if ((kind & 8) != 0) {
      int value = u8();
      driver.tellWhenToInterrupt(value & 1, value / 2 % 4 - 2);
    }
    if ((kind & 16) != 0) {
      driver.notifyDevice();
    }
  }

  /**
   * Makes a request available.
   *
   * @param padding how many descriptors without bytes come first
   * @param start what the device reads first
   * @param toDisk how many bytes of whatever is in RAM it reads behind that
   * @param toGuest how many bytes it has room for before the status
   */
  private void submit(int padding, byte[] start, int toDisk, int toGuest) {
    List<Descriptor> chain = new ArrayList<>(Collections.nCopies(padding, new Descriptor(0, 0, 0)));
    cut(chain, start, start.length + toDisk, 0);
    cut(chain, new byte[0], toGuest + 1, WRITE);
    int layout = u8();
    int direct =
        chain.size() > size ? 0 : layout < 128 ? chain.size() : layout % (chain.size() + 1);
    List<Descriptor> first = new ArrayList<>(chain.subList(0, direct));
    if (direct < chain.size()) {
      Descriptor rest = driver.describeIndirect(chain.subList(direct, chain.size()));
      tail = rest.address();
      first.add(rest);
    }
    driver.makeAvailable(driver.describe(first));
  }

  /** Cuts a stream that starts with some bytes into descriptors with gaps between them. */
  private void cut(List<Descriptor> chain, byte[] start, int length, int flags) {
    int done = 0;
    for (int pieces = u8() % 8; pieces >= 0; pieces--) {
      int piece = pieces == 0 ? length - done : Math.min(pieceLength(), length - done);
      long address = driver.allocate(piece);
      for (int i = done; i < Math.min(done + piece, start.length); i++) {
        machine.store(address + i - done, 1, start[i]);
      }
      chain.add(new Descriptor(address, piece, flags));
      done += piece;
    }
  }

  private int pieceLength() {
    int choice = u8();
    return choice < 128 ? choice % 20 : 32 * (choice - 127);
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

  /** After a reset a driver that does all by the book writes, reads back and flushes. */
  private void checkWorks() {
    machine.faults().clear();
    machine.resize(SECTORS);
    driver.start(1 << 9);
    machine.resume();
    machine.advance(SECOND);
    machine.in(FuzzDriver.ISR, 1);
    int length = 4096;
    int header = driver.buffers();
    int data = header + 4096;
    int status = data + 2 * length;
    for (int i = 0; i < length; i++) {
      machine.store(data + i, 1, 7 * i + 1);
    }
    machine.clear(data + length, length);
    int written = run(OUT, header, new Descriptor(data, length, 0), status);
    requireEqual("status of a write", written, setup.readOnly() ? 1 : 0);
    int read = run(IN, header, new Descriptor(data + length, length, WRITE), status);
    requireEqual("status of a read", read, 0);
    for (int i = 0; i < length && !setup.readOnly(); i++) {
      requireEqual("byte read back", machine.load(data + length + i), (7 * i + 1) & 0xFF);
    }
    int flushed = run(FLUSH, header, new Descriptor(data, 0, 0), status);
    requireEqual("status of a flush", flushed, 0);
  }

  private int run(int type, int header, Descriptor data, int status) {
    machine.store(header, 8, type);
    machine.store(header + 8, 8, 8); // a sector that starts a block of 4096
    machine.store(status, 1, 0xEE);
    driver.makeAvailable(
        driver.describe(
            List.of(new Descriptor(header, 16, 0), data, new Descriptor(status, 1, WRITE))));
    driver.notifyDevice();
    machine.advance(SECOND);
    requireEqual("ISR", machine.in(FuzzDriver.ISR, 1), 1);
    return machine.load(status);
  }

  // Values

  /** An address, most often one in RAM. */
  private long address() {
    int kind = u8();
    return kind < 128 ? 2L * u16() + kind % 2 : kind < 192 ? driver.table() + u16() : value(kind);
  }

  private long value() {
    return value(u8());
  }

  private long value(int kind) {
    return value(kind, size);
  }
}
