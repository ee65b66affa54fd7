package dev.virtio4j.fuzz;

import com.sun.management.ThreadMXBean;
import dev.virtio4j.pci.PciFunction;
import dev.virtio4j.testing.DriverLine;
import dev.virtio4j.testing.ManualClock;
import dev.virtio4j.testing.States;
import dev.virtio4j.testing.TestMemory;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/**
 * A block device behind its PCI function, and the model of it, side by side. Each access goes to
 * both, and they must agree on the value, the interrupt, every byte of RAM and every byte of the
 * disk. No access may do more work than there is room for in rings and buffers.
 */
final class BlkLockstep implements FuzzMachine {
  static final int RAM_SIZE = 0x20000;
  static final int SECTORS = 24;
  static final int MAX_SECTORS = 48;

  /** Header and configuration of the longest; those of older texts have 64. */
  static final int MAX_BAR_SIZE = 128;

  private static final int QUEUE_NOTIFY = 16;
  private static final int STATUS = 18;
  private static final int CONFIG = 20;
  private static final int CONFIG_LENGTH = 57;
  private static final int OLD_CONFIG_LENGTH = 24;

  private static final long DAY = 86_400_000_000_000L;

  /**
   * Bytes that one access to a port may allocate: room for a fuzzer that instruments the classes of
   * the SCSI target at their first use, but not for what a guest names as a length.
   */
  static final long MAX_ALLOCATED = 256 << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final byte[] INITIAL_RAM = new byte[RAM_SIZE];
  private static final byte[] INITIAL_DISK = new byte[ModelDisk.SECTOR * SECTORS];

  static {
    Random random = new Random(4);
    random.nextBytes(INITIAL_RAM);
    random.nextBytes(INITIAL_DISK);
  }

  private final BlkSetup setup;
  private final CountingMemory memory;
  private final HostFaults faults = new HostFaults();
  private final HostDisk disk;
  private final int barSize;
  private BlkDevice device;
  private PciFunction function;
  private DriverLine line;
  private ManualClock clock;
  private int devices;

  private final byte[] modelRam = INITIAL_RAM.clone();
  private final HostDisk modelDisk;
  private final BlkModel model;

  /** Builds the two. */
  BlkLockstep(BlkSetup setup) {
    this.setup = setup;
    // For each chain in a full ring: its entries in both rings, two loads per descriptor, those
    // that name indirect tables included, each of its buffers four times, since there may be no
    // window on it and it may be tried twice, header and status byte by byte. For the ring: both
    // indices, the event indices, and the flags. The data is never more than the disk.
    long chains = (long) setup.queues() * setup.queueSize();
    long loads = 2L * (ModelChain.MAX_DESCRIPTORS + setup.queueSize());
    memory =
        new CountingMemory(
            RAM_SIZE,
            setup.views(),
            chains * (2 + loads + 4L * ModelChain.MAX_DESCRIPTORS + 16 + 1) + 5L * setup.queues(),
            chains * (10 + 8 * loads + 4L * MAX_SECTORS * ModelDisk.SECTOR + 1024 + 16 + 1)
                + 10L * setup.queues());
    System.arraycopy(INITIAL_RAM, 0, memory.ram(), 0, RAM_SIZE);
    disk = hostDisk(INITIAL_DISK.clone());
    connect(new ManualClock());
    boolean old = (function.readIo(0, 4) & 1 << 10) == 0; // no TOPOLOGY
    byte[] config = new byte[old ? OLD_CONFIG_LENGTH : CONFIG_LENGTH];
    barSize = old ? MAX_BAR_SIZE / 2 : MAX_BAR_SIZE;
    requireEqual("size of the BAR", function.ioSize(), barSize);
    for (int i = 0; i < config.length; i++) {
      config[i] = (byte) function.readIo(CONFIG + i, 1);
    }
    modelDisk = hostDisk(INITIAL_DISK.clone());
    model = new BlkModel(modelRam, setup, modelDisk, function.readIo(0, 4), config);
  }

  private HostDisk hostDisk(byte[] bytes) {
    return new HostDisk(bytes, setup.readOnly(), setup.mergeLimit(), faults);
  }

  private void connect(ManualClock newClock) {
    devices++;
    device = new BlkDevice(disk, setup.options());
    clock = newClock;
    line = new DriverLine();
    function = VirtioPciFunction.of(device, memory, clock);
    function.connect(line);
  }

  /** How many malformed requests of each kind there were. */
  Map<Malformed, Integer> malformed() {
    return model.malformed();
  }

  /** How many devices there were, one after the other. */
  int devices() {
    return devices;
  }

  int barSize() {
    return barSize;
  }

  /** IN. */
  int in(int offset, int width) {
    memory.restart();
    int value = function.readIo(offset, width);
    requireEqual("accesses to memory by IN", memory.accesses(), 0);
    int expected = model.in(offset, width);
    requireEqual("value of an IN", value, expected);
    checkInterrupt();
    return value;
  }

  @Override
  public void out(int offset, int width, int value) {
    both(() -> function.writeIo(offset, width, value), () -> model.out(offset, width, value));
  }

  /** Time passes. */
  void advance(long nanos) {
    both(() -> clock.advance(nanos), () -> model.advance(nanos));
  }

  /** Time passes until something happens, if anything is to. */
  void advanceToDeadline() {
    long deadline = clock.deadline();
    if (deadline != Long.MAX_VALUE) {
      advance(Math.max(0, deadline - clock.now()));
    }
  }

  /** The host does what it failed to do, and the machine goes on. */
  void resume() {
    both(device::resume, model::resume);
  }

  private void both(Runnable onDevice, Runnable onModel) {
    memory.restart();
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    onDevice.run();
    allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
    require(allocated <= MAX_ALLOCATED, "too many bytes allocated");
    onModel.run();
    if (memory.accesses() > 0) {
      checkMemoryAndDisk();
    }
    checkInterrupt();
  }

  /** What the host can't do, from now on. */
  HostFaults faults() {
    return faults;
  }

  /** The size of the disk changes, if it can be written. */
  void resize(int sectors) {
    int size = sectors * ModelDisk.SECTOR;
    try {
      device.resize(size);
      require(!setup.readOnly(), "a read-only disk has changed its size");
      model.resize(size);
    } catch (IOException e) {
      require(setup.readOnly(), "a disk has not changed its size");
    }
    checkMemoryAndDisk();
    checkInterrupt();
  }

  /** The state is saved, and another machine goes on from there. */
  void saveAndRestore() {
    byte[] state = States.save(clock, function);
    connect(new ManualClock());
    try {
      States.load(state, clock, function);
    } catch (IOException e) {
      throw new AssertionError("a saved state can't be restored", e);
    }
    if (!model.restore()) {
      require(Arrays.equals(state, States.save(clock, function)), "a restored state is another");
    }
    checkMemoryAndDisk();
    checkInterrupt();
  }

  /**
   * A byte of a saved state is changed: that is refused, or gives a machine that works on, whatever
   * it does.
   *
   * @param at which, counted around from the start
   */
  void restoreDamaged(int at, int value) {
    byte[] state = States.save(clock, function);
    state[at % state.length] = (byte) value;
    TestMemory ram = new TestMemory(RAM_SIZE, setup.views());
    System.arraycopy(modelRam, 0, ram.ram, 0, RAM_SIZE);
    devices++;
    HostDisk copy = hostDisk(disk.bytes().clone());
    ManualClock otherClock = new ManualClock();
    PciFunction other = VirtioPciFunction.of(new BlkDevice(copy, setup.options()), ram, otherClock);
    try {
      States.load(state, otherClock, other);
    } catch (IOException e) {
      return;
    }
    for (int i = 0; i < setup.queues(); i++) {
      other.writeIo(QUEUE_NOTIFY, 2, i);
    }
    otherClock.advance(DAY);
    other.writeIo(STATUS, 1, 0);
  }

  /** Reads configuration space. */
  void readConfig(int offset, int width) {
    int value = function.readConfig(offset, width);
    require(width == 4 || value >>> (8 * width) == 0, "configuration value above its width");
  }

  /** Writes configuration space. */
  void writeConfig(int offset, int width, int value) {
    function.writeConfig(offset, width, value);
    int base = function.ioBase();
    require(base == -1 || (base > 0 && base + barSize <= 0x10000), "BAR is not in I/O space");
    requireEqual("device identity", function.readConfig(0, 4), 0x1001_1AF4);
    checkInterrupt();
  }

  /** The bus is reset. */
  void resetBus() {
    function.reset();
    model.reset();
    requireEqual("BAR after a reset", function.ioBase(), -1);
    checkInterrupt();
  }

  @Override
  public void store(long address, int width, long value) {
    for (int i = 0; i < width; i++) {
      long at = address + i;
      if (at >= 0 && at < RAM_SIZE) {
        memory.ram()[(int) at] = (byte) (value >>> (8 * i));
        modelRam[(int) at] = (byte) (value >>> (8 * i));
      }
    }
  }

  @Override
  public void clear(long address, int length) {
    if (address >= 0 && address < RAM_SIZE) {
      int end = (int) Math.min(RAM_SIZE, address + length);
      Arrays.fill(memory.ram(), (int) address, end, (byte) 0);
      Arrays.fill(modelRam, (int) address, end, (byte) 0);
    }
  }

  /** The guest reads one byte of its RAM. */
  int load(int address) {
    return memory.ram()[address] & 0xFF;
  }

  /** The two agree on every byte of RAM and disk. */
  void checkMemoryAndDisk() {
    requireSame("RAM", memory.ram(), modelRam);
    requireSame("the disk", disk.bytes(), modelDisk.bytes());
    require(
        disk.unflushed() == modelDisk.unflushed(), "a flush was left out, or was not asked for");
  }

  private void checkInterrupt() {
    boolean pending = (function.readConfig(6, 2) & 8) != 0;
    boolean enabled = (function.readConfig(4, 2) & 0x400) == 0;
    require(pending == model.interrupts(), "interrupt in the PCI status");
    require(line.isAsserted() == (pending && enabled), "INTA");
  }

  static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }

  private static void requireSame(String what, byte[] actual, byte[] expected) {
    int at = Arrays.mismatch(actual, expected);
    if (at >= 0) {
      throw new AssertionError("%s differs from the model's at %x".formatted(what, at));
    }
  }

  /** The numbers are shown in hexadecimal. */
  static void requireEqual(String what, long actual, long expected) {
    if (actual != expected) {
      throw new AssertionError("%s: %x, expected %x".formatted(what, actual, expected));
    }
  }
}
