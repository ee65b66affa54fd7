package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.BlkLockstep.MAX_SECTORS;
import static dev.virtio4j.fuzz.BlkLockstep.RAM_SIZE;
import static dev.virtio4j.fuzz.BlkLockstep.SECTORS;
import static dev.virtio4j.fuzz.BlkLockstep.require;
import static dev.virtio4j.fuzz.BlkLockstep.requireEqual;
import static dev.virtio4j.fuzz.FuzzDriver.WRITE;

import dev.virtio4j.fuzz.FuzzDriver.Descriptor;
import dev.virtio4j.scsi.UnitAttention;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Bytes as the doings of a driver of a SCSI host, and of whoever runs the machine: the first two
 * say which host, then each action is a byte that says which, and the bytes it needs. Well-formed
 * rings and requests take few bytes, so that they come up often; damage is done to them afterwards.
 * After the last action the device must still work.
 */
final class ScsiScript extends FuzzScript {
  /** The actions of a driver are repeated below this number, those of the host stand above. */
  static final int HOST_ACTIONS = 200;

  static final int MALFORMED_ACTION = HOST_ACTIONS + 9;

  private static final int DRIVER_ACTIONS = 20;
  private static final int CONTROL_QUEUE = 0;
  private static final int EVENT_QUEUE = 1;
  private static final int SECOND = 1_000_000_000;
  private static final int CDROM_SLOT = 3;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private static final Cdbs DISK_CDBS = cdbs(0);
  private static final Cdbs CDROM_CDBS = cdbs(CDROM_SLOT);

  /** The registers and their widths. */
  private static final int[][] REGISTERS = {
    {0, 4}, {4, 4}, {8, 4}, {12, 2}, {14, 2}, {16, 2}, {18, 1}, {19, 1}
  };

  /** The features that make a difference. */
  private static final int[] DRIVER_FEATURES = {1, 2, 4, 1 << 24, 1 << 28, 1 << 29, 1 << 30};

  private final ScsiSetup setup;
  private final ScsiMachine machine;
  private final FuzzDriver driver;
  private final MalformedScsiRequests malformed;
  private final int size;

  /** The latest indirect table. */
  private long tail;

  ScsiScript(byte[] input) {
    super(input);
    setup = ScsiSetup.of(u8(), u8());
    machine = new ScsiMachine(setup);
    size = setup.options().queueSize();
    driver = new FuzzDriver(machine, setup.queues(), size);
    malformed = new MalformedScsiRequests(machine, driver, setup);
    tail = driver.buffers();
  }

  private static Cdbs cdbs(int slot) {
    return new Cdbs(
        new ScsiSlot(slot, new byte[SECTORS * ModelDisk.SECTOR], new HostFaults()).unit);
  }

  void run() {
    while (hasMore()) {
      act();
    }
    machine.drain();
    checkWorks();
  }

  /** How many devices there were, one after the other. */
  int devices() {
    return machine.devices();
  }

  /** How many malformed requests of a kind were answered as they must be. */
  int malformed(MalformedScsi kind) {
    return malformed.count(kind);
  }

  private void act() {
    int action = u8();
    if (action >= HOST_ACTIONS) {
      actOfHost(action);
      return;
    }
    switch (action % DRIVER_ACTIONS) {
      case 0 -> machine.in(u8() % machine.ioSize(), width());
      case 1 -> machine.out(ScsiMachine.CONFIG + u8() % 44, width(), (int) value());
      case 2 -> {
        int[] register = REGISTERS[u8() % REGISTERS.length];
        machine.out(register[0], register[1], (int) value());
        machine.in(register[0], register[1]);
      }
      case 3 -> driver.start(features());
      case 4 -> driver.place(page());
      case 5, 6, 7, 8 -> command();
      case 9, 10 -> control();
      case 11 -> eventBuffers();
      case 12 -> damageDescriptor(driver.table(), driver.descriptorBefore(u8()));
      case 13 -> damageDescriptor(tail, u8() % 16);
      case 14 -> machine.store(address(), 1 + u8() % 8, u64());
      case 15 -> driver.makeAvailable((int) value());
      case 16 -> driver.bumpIndex((int) value());
      case 17 -> machine.configureSizes((int) value(), (int) value());
      case 18 -> driver.select(u8());
      default -> driver.notifyDevice();
    }
  }

  /** What the host does, and what a driver does seldom. */
  private void actOfHost(int action) {
    switch (action % HOST_ACTIONS) {
      case 0, 1 -> machine.advance(time());
      case 2, 3 -> machine.advanceToDeadline();
      case 4 -> machine.plug(machine.slot(u8()));
      case 5 -> machine.resize(machine.slot(u8()), 8 * (1 + u8() % (MAX_SECTORS / 8)));
      case 6 -> {
        int what = u8();
        machine.faults().set(u8() % SECTORS, (what & 1) != 0, (what & 2) != 0, (what & 4) != 0);
      }
      case 7 -> machine.faults().clear();
      case 8 -> machine.resume();
      case 9 -> {
        MalformedScsi kind = MalformedScsi.values()[u8() % MalformedScsi.values().length];
        malformed.make(kind, 1 + u8());
      }
      case 10, 11 -> machine.saveAndRestore();
      case 12 -> machine.restoreDamaged(u16(), u8());
      case 13, 14 -> machine.changeMedium(machine.slot(CDROM_SLOT), action % 2 == 0);
      case 15 -> machine.resetBus();
      case 16 -> machine.out(FuzzDriver.STATUS, 1, 0);
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

  /** A command, its buffers cut anywhere. */
  private void command() {
    int kind = u8();
    ScsiSlot slot = machine.slot(kind & 3);
    long address = (kind & 4) == 0 ? slot.address() : value();
    Cdbs known = slot == machine.slot(CDROM_SLOT) ? CDROM_CDBS : DISK_CDBS;
    byte[] cdb = known.make(this::u8);
    int attribute = u8();
    int out = (kind & 8) == 0 ? 0 : length();
    int in = (kind & 16) == 0 ? 0 : length();
    driver.select(setup.firstRequestQueue() + (kind >> 5 & 1));
    List<Descriptor> chain = new ArrayList<>();
    if (setup.isFirstDraft()) {
      int barrier = attribute << 31;
      cut(chain, littleEndian(8).putInt(2 | barrier).putInt(0), 8, 0);
      cut(chain, ByteBuffer.wrap(cdb), cdb.length, 0);
      cut(chain, NOTHING, out, 0);
      cut(chain, NOTHING, in + 106, WRITE);
    } else {
      int cdbSize = (int) Math.min(machine.cdbSize(), 4096);
      ByteBuffer header = littleEndian(19 + cdbSize).putLong(address).putLong(attribute >> 2);
      header.put((byte) attribute).putShort((short) 0);
      header.put(cdb, 0, Math.min(cdb.length, cdbSize));
      cut(chain, header, header.capacity() + out, 0);
      cut(chain, NOTHING, 12 + (int) Math.min(machine.senseSize(), 4096) + in, WRITE);
    }
    submit(chain, kind);
  }

  private int length() {
    int choice = u8();
    return choice < 128 ? 512 * (choice % 12) : choice;
  }

  /** A control request; in the first draft, which has none, something on the first queue. */
  private void control() {
    int kind = u8();
    ScsiSlot slot = machine.slot(kind & 3);
    long address = (kind & 4) == 0 ? slot.address() : value();
    driver.select(CONTROL_QUEUE);
    List<Descriptor> chain = new ArrayList<>();
    ByteBuffer request = littleEndian(24);
    if ((kind & 8) == 0) {
      request.putInt(0).putInt(u8() % 10).putLong(address).putLong(u8() >> 2);
      cut(chain, request, 24, 0);
      cut(chain, NOTHING, 1, WRITE);
    } else {
      request.putInt(u8() % 4).putLong(address).putInt((int) value());
      cut(chain, request, 16, 0);
      cut(chain, NOTHING, 5, WRITE);
    }
    submit(chain, kind);
  }

  private void eventBuffers() {
    int kind = u8();
    driver.select(EVENT_QUEUE);
    for (int count = kind & 7; count >= 0; count--) {
      List<Descriptor> chain = new ArrayList<>();
      cut(chain, NOTHING, (kind & 8) == 0 ? 16 : u8(), WRITE);
      submit(chain, count == 0 ? kind : 0);
    }
  }

  private static ByteBuffer littleEndian(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Makes a chain available, direct or not, and notifies the device of it or not. */
  private void submit(List<Descriptor> chain, int kind) {
    if ((kind & 64) != 0 || chain.size() > size) {
      Descriptor table = driver.describeIndirect(chain);
      tail = table.address();
      driver.makeAvailable(driver.describe(List.of(table)));
    } else {
      driver.makeAvailable(driver.describe(chain));
    }
    if ((kind & 128) == 0) {
      driver.notifyDevice();
    }
  }

  /** Cuts a stream that starts with some bytes into descriptors with gaps between them. */
  private void cut(List<Descriptor> chain, ByteBuffer start, int length, int flags) {
    int done = 0;
    for (int pieces = u8() / 64; pieces >= 0; pieces--) {
      int piece = pieces == 0 ? length - done : Math.min(u8(), length - done);
      long address = driver.allocate(piece);
      for (int i = done; i < Math.min(done + piece, start.capacity()); i++) {
        machine.store(address + i - done, 1, start.get(i));
      }
      chain.add(new Descriptor(address, piece, flags));
      done += piece;
    }
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

  /** An address, most often one in RAM. */
  private long address() {
    int kind = u8();
    return kind < 128
        ? 2L * u16() + kind % 2
        : kind < 192 ? driver.table() + u16() : value(kind, size);
  }

  private long value() {
    return value(u8(), size);
  }

  // After a reset a driver that does all by the book reads a block.

  private void checkWorks() {
    ScsiSlot slot = machine.slot(0);
    if (!slot.isAttached) {
      machine.plug(slot);
    }
    machine.resize(slot, SECTORS);
    driver.start(0);
    driver.select(setup.firstRequestQueue());
    byte[] testUnitReady = new byte[6];
    int attentions = 0;
    while (status(testUnitReady, 0) != 0) {
      attentions++;
      require(attentions <= UnitAttention.values().length, "the unit is never ready");
    }
    byte[] read = {0x28, 0, 0, 0, 0, 8, 0, 0, 8, 0}; // a block of 4096 bytes
    requireEqual("status of READ (10)", status(read, 4096), 0);
    int from = buffer + (setup.isFirstDraft() ? 0 : 108);
    byte[] got = Arrays.copyOfRange(machine.ram(), from, from + 4096);
    byte[] expected = Arrays.copyOfRange(slot.disk.bytes(), 4096, 8192);
    require(Arrays.equals(got, expected), "READ (10) gave something else");
  }

  /** Where the device has written. */
  private int buffer;

  /** Sends a command, waits, and gives its status; -1 for a response that is not OK. */
  private int status(byte[] cdb, int in) {
    byte[] header =
        setup.isFirstDraft()
            ? littleEndian(8 + cdb.length).putInt(2).putInt(0).put(cdb).array()
            : littleEndian(19 + 32)
                .putLong(machine.slot(0).address())
                .position(19)
                .put(cdb)
                .array();
    int sent = driver.allocate(header.length);
    for (int i = 0; i < header.length; i++) {
      machine.store(sent + i, 1, header[i]);
    }
    int length = in + (setup.isFirstDraft() ? 106 : 108);
    buffer = driver.allocate(length);
    machine.clear(buffer, length);
    List<Descriptor> chain = new ArrayList<>();
    if (setup.isFirstDraft()) {
      chain.add(new Descriptor(sent, 8, 0));
      chain.add(new Descriptor(sent + 8L, cdb.length, 0));
    } else {
      chain.add(new Descriptor(sent, header.length, 0));
    }
    chain.add(new Descriptor(buffer, length, WRITE));
    driver.makeAvailable(driver.describe(chain));
    driver.notifyDevice();
    machine.advance(SECOND);
    requireEqual("ISR", machine.in(FuzzDriver.ISR, 1) & 1, 1);
    int end = setup.isFirstDraft() ? buffer + length : buffer + 12;
    byte[] ram = machine.ram();
    return ram[end - 1] != 0 ? -1 : ram[end - 2] & 0xFF;
  }
}
