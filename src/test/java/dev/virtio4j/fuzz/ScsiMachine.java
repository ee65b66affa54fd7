package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.BlkLockstep.RAM_SIZE;
import static dev.virtio4j.fuzz.BlkLockstep.SECTORS;
import static dev.virtio4j.fuzz.BlkLockstep.require;
import static dev.virtio4j.fuzz.BlkLockstep.requireEqual;

import com.sun.management.ThreadMXBean;
import dev.virtio4j.fuzz.ModelChain.Buffer;
import dev.virtio4j.pci.PciFunction;
import dev.virtio4j.scsi.UnitAttention;
import dev.virtio4j.testing.DriverLine;
import dev.virtio4j.testing.ManualClock;
import dev.virtio4j.testing.States;
import dev.virtio4j.testing.TestMemory;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import dev.virtio4j.virtio.scsi.ScsiHost;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

/**
 * A SCSI host behind its PCI function, and what a driver may rely on, whatever it does: each chain
 * comes back once, with an answer that the text has; nothing else in RAM is written; disks change
 * by commands that write; work and allocation are bounded.
 *
 * <p>Where a driver lets the device write over rings, descriptors or requests, nobody can tell what
 * the device was given. From then to the next reset only the last of these is checked.
 */
final class ScsiMachine implements FuzzMachine {
  static final int CONFIG = 20;

  private static final int CONTROL_QUEUE = 0;
  private static final int EVENT_QUEUE = 1;

  private static final long DAY = 86_400_000_000_000L;

  /** More than in {@link BlkLockstep}: one access may be the first use of every command. */
  private static final long MAX_ALLOCATED = 512 << 20;

  /** What a command may move: a disk some times over, and the longest parameter list. */
  private static final long MAX_DATA = 4L * (BlkLockstep.MAX_SECTORS * ModelDisk.SECTOR + 65536);

  /** How often a machine without new requests has to wait, at most, until it has nothing to do. */
  private static final int MAX_WAITS = 100_000;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final byte[] INITIAL_RAM = new byte[RAM_SIZE];
  private static final byte[] INITIAL_DISK = new byte[ModelDisk.SECTOR * SECTORS];

  static {
    Random random = new Random(7);
    random.nextBytes(INITIAL_RAM);
    random.nextBytes(INITIAL_DISK);
  }

  private final ScsiSetup setup;
  private final ScsiLayout layout;
  private final CountingMemory memory;
  private final HostFaults faults = new HostFaults();
  private final List<ScsiSlot> slots = new ArrayList<>();
  private final List<QueueWatch> watches = new ArrayList<>();

  /** RAM before the device was asked for something. */
  private final byte[] before = INITIAL_RAM.clone();

  private final ModelMemory memoryBefore = new ModelMemory(before);

  // A bit for each byte of RAM: what the device may write, and what it must not write for checks
  // to make sense.
  private final BitSet writable = new BitSet(RAM_SIZE);
  private final BitSet usedRings = new BitSet(RAM_SIZE);
  private final BitSet others = new BitSet(RAM_SIZE);

  private ScsiHost host;
  private PciFunction function;
  private ManualClock clock;
  private int devices;
  private int selected;
  private boolean stopped;
  private boolean blind;

  /** Builds it, with all units attached. */
  ScsiMachine(ScsiSetup setup) {
    this.setup = setup;
    layout = new ScsiLayout(setup);
    memory = new CountingMemory(RAM_SIZE, setup.views(), 1L << 24, 1L << 32);
    System.arraycopy(INITIAL_RAM, 0, memory.ram(), 0, RAM_SIZE);
    for (int i = 0; i < ScsiSlot.COUNT; i++) {
      slots.add(new ScsiSlot(i, INITIAL_DISK, faults));
    }
    for (int i = 0; i < setup.queues(); i++) {
      watches.add(new QueueWatch(setup.options().queueSize()));
    }
    connect();
  }

  private void connect() {
    devices++;
    host = newHost(slots);
    host.onStop(why -> stopped = true);
    clock = new ManualClock();
    function = VirtioPciFunction.of(host, memory, clock);
    function.connect(new DriverLine());
  }

  private ScsiHost newHost(List<ScsiSlot> units) {
    ScsiHost made = new ScsiHost(setup.options());
    for (ScsiSlot slot : units) {
      if (slot.isAttached) {
        made.attach(slot.target, slot.lun, slot.unit, setup.settings());
      }
    }
    return made;
  }

  /** How many devices there were, one after the other. */
  int devices() {
    return devices;
  }

  HostFaults faults() {
    return faults;
  }

  ScsiSlot slot(int number) {
    return slots.get(number % slots.size());
  }

  int ioSize() {
    return function.ioSize();
  }

  /** IN. */
  int in(int offset, int width) {
    memory.restart();
    int value = function.readIo(offset, width);
    requireEqual("accesses to memory by IN", memory.accesses(), 0);
    return value;
  }

  /** The room for sense data that the driver has configured, in bytes. */
  long senseSize() {
    return setup.isFirstDraft() ? 96 : config(setup.isSecondDraft() ? 12 : 20);
  }

  /** The length of the field for the CDB that the driver has configured. */
  long cdbSize() {
    return setup.isFirstDraft() ? 1 : config(setup.isSecondDraft() ? 16 : 24);
  }

  private long config(int field) {
    return Integer.toUnsignedLong(in(CONFIG + field, 4));
  }

  void configureSizes(int senseSize, int cdbSize) {
    if (!setup.isFirstDraft()) {
      out(CONFIG + (setup.isSecondDraft() ? 12 : 20), 4, senseSize);
      out(CONFIG + (setup.isSecondDraft() ? 16 : 24), 4, cdbSize);
    }
  }

  @Override
  public void out(int offset, int width, int value) {
    switch (offset) {
      case FuzzDriver.QUEUE_SELECT -> selected = value & 0xFFFF;
      case FuzzDriver.QUEUE_ADDRESS -> {
        if (selected < watches.size()) {
          watches.get(selected).place(value);
        }
      }
      case FuzzDriver.STATUS -> {
        if ((value & 0xFF) == 0) {
          forgetAll();
        }
      }
      default -> {}
    }
    boolean notifies = offset == FuzzDriver.QUEUE_NOTIFY && (value & 0xFFFF) < watches.size();
    run(() -> function.writeIo(offset, width, value), notifies ? value & 0xFFFF : -1);
  }

  /** The bus is reset. */
  void resetBus() {
    forgetAll();
    run(function::reset, -1);
  }

  /** What the device has is its own no more. */
  private void forgetAll() {
    watches.forEach(watch -> watch.place(0));
    blind = false;
    stopped = false;
  }

  /** Time passes. */
  void advance(long nanos) {
    run(() -> clock.advance(nanos), -1);
  }

  /** Time passes until something happens, if anything is to. */
  boolean advanceToDeadline() {
    long deadline = clock.deadline();
    if (deadline == Long.MAX_VALUE) {
      return false;
    }
    advance(Math.max(0, deadline - clock.now()));
    return true;
  }

  /** The host does what it failed to do, and the machine goes on. */
  void resume() {
    stopped = false;
    run(host::resume, -1);
  }

  /** A unit comes, or goes. */
  void plug(ScsiSlot slot) {
    slot.isAttached = !slot.isAttached;
    if (slot.isAttached) {
      slot.renew();
      run(() -> host.attach(slot.target, slot.lun, slot.unit, setup.settings()), -1);
    } else {
      run(() -> host.detach(slot.target, slot.lun), -1);
    }
  }

  void resize(ScsiSlot slot, int sectors) {
    if (slot.canBeResized()) {
      try {
        slot.disk.resize((long) sectors * ModelDisk.SECTOR);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      slot.hasChanged();
      run(() -> slot.unit.raise(UnitAttention.CAPACITY_CHANGED), -1);
    }
  }

  void changeMedium(ScsiSlot slot, boolean force) {
    run(() -> slot.changeMedium(force), -1);
  }

  /** The state is saved, and another machine goes on from there. */
  void saveAndRestore() {
    byte[] state = States.save(clock, function);
    slots.forEach(ScsiSlot::renew);
    connect();
    try {
      States.load(state, clock, function);
    } catch (IOException e) {
      throw new AssertionError("a saved state can't be restored", e);
    }
    if (!stopped) {
      require(Arrays.equals(state, States.save(clock, function)), "a restored state is another");
    }
    stopped = false; // it tries again by itself
  }

  /** As {@link BlkLockstep#restoreDamaged}. */
  void restoreDamaged(int at, int value) {
    byte[] state = States.save(clock, function);
    state[at % state.length] = (byte) value;
    TestMemory ram = new TestMemory(RAM_SIZE, setup.views());
    System.arraycopy(memory.ram(), 0, ram.ram, 0, RAM_SIZE);
    List<ScsiSlot> copies = new ArrayList<>();
    for (int i = 0; i < slots.size(); i++) {
      copies.add(slots.get(i).copy());
    }
    devices++;
    ManualClock otherClock = new ManualClock();
    PciFunction other = VirtioPciFunction.of(newHost(copies), ram, otherClock);
    other.connect(new DriverLine());
    try {
      States.load(state, otherClock, other);
    } catch (IOException e) {
      return;
    }
    for (int i = 0; i < watches.size(); i++) {
      other.writeIo(FuzzDriver.QUEUE_NOTIFY, 2, i);
    }
    otherClock.advance(DAY);
    other.writeIo(FuzzDriver.STATUS, 1, 0);
  }

  @Override
  public void store(long address, int width, long value) {
    for (int i = 0; i < width; i++) {
      long at = address + i;
      if (at >= 0 && at < RAM_SIZE) {
        memory.ram()[(int) at] = (byte) (value >>> (8 * i));
      }
    }
  }

  @Override
  public void clear(long address, int length) {
    if (address >= 0 && address < RAM_SIZE) {
      Arrays.fill(
          memory.ram(), (int) address, (int) Math.min(RAM_SIZE, address + length), (byte) 0);
    }
  }

  byte[] ram() {
    return memory.ram();
  }

  /** Whether the device has returned every chain, as far as that can be known. */
  boolean holdsNothing() {
    return !blind && watches.stream().allMatch(watch -> watch.held().isEmpty());
  }

  /** Waits until the device has nothing to do any more: then it has returned every request. */
  void drain() {
    faults.clear();
    resume();
    for (int i = 0; advanceToDeadline(); i++) {
      require(i < MAX_WAITS, "the device is never done");
    }
    for (int i = 0; i < watches.size() && !blind; i++) {
      boolean isEventQueue = i == EVENT_QUEUE && !setup.isFirstDraft();
      if (watches.get(i).isWhole() && !isEventQueue) {
        require(watches.get(i).held().isEmpty(), "a request was not returned");
      }
    }
  }

  // What is checked.

  private void run(Runnable action, int notified) {
    System.arraycopy(memory.ram(), 0, before, 0, RAM_SIZE);
    if (notified >= 0 && !blind) {
      take(notified);
    }
    paint();
    int chains = 1 + watches.stream().mapToInt(watch -> watch.held().size()).sum();
    List<WatchedChain> held = new ArrayList<>();
    watches.forEach(watch -> held.addAll(watch.held()));
    memory.restart();
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    action.run();
    allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
    require(allocated <= MAX_ALLOCATED, "too many bytes allocated");
    if (memory.accesses() > 0) {
      blind |= watches.stream().anyMatch(watch -> watch.isTamperedWith(memoryBefore));
    }
    if (memory.accesses() > 0 && !blind) {
      checkWork(chains);
      checkRam();
      reap();
    }
    for (ScsiSlot slot : slots) {
      if (slot.hasChanged() && !blind) {
        require(
            held.stream().anyMatch(chain -> mayWrite(chain, slot)),
            "a disk has changed without a command that writes");
      }
    }
  }

  private void take(int queue) {
    long senseSize = senseSize();
    long cdbSize = cdbSize();
    for (WatchedChain chain : watches.get(queue).take(memoryBefore)) {
      if (queue >= setup.firstRequestQueue()) {
        chain.expect(layout.command(chain, senseSize, cdbSize));
      }
    }
  }

  private boolean mayWrite(WatchedChain chain, ScsiSlot slot) {
    ScsiCommand command = chain.command();
    return Cdbs.WRITES.contains(command.code())
        && (setup.isFirstDraft() || slot.isMeantBy(command.address()));
  }

  /** Marks what the device may write and read, and sees whether the two can be kept apart. */
  private void paint() {
    writable.clear();
    usedRings.clear();
    others.clear();
    for (QueueWatch watch : watches) {
      blind |= watch.hasHeadTwice();
      if (watch.isPlaced()) {
        paint(others, watch.driverPart(), true);
        blind |= overlaps(others, watch.usedRing());
        paint(usedRings, watch.usedRing(), true);
      }
    }
    blind |= usedRings.intersects(others);
    for (QueueWatch watch : watches) {
      for (WatchedChain chain : watch.held()) {
        if (chain.isWellFormed()) {
          chain.readable().forEach(piece -> paint(others, piece, false));
          chain.indirectTables().forEach(piece -> paint(others, piece, false));
          chain.writable().forEach(piece -> paint(writable, piece, true));
        }
      }
    }
    blind |= writable.intersects(others) || others.intersects(usedRings);
    blind |= writable.intersects(usedRings);
  }

  private void paint(BitSet set, Buffer piece, boolean alone) {
    if (piece.address() >= 0 && piece.address() < RAM_SIZE) {
      blind |= alone && overlaps(set, piece);
      set.set((int) piece.address(), end(piece));
    }
  }

  private static boolean overlaps(BitSet set, Buffer piece) {
    int next = piece.address() < 0 ? -1 : set.nextSetBit((int) Math.min(RAM_SIZE, piece.address()));
    return next >= 0 && next < end(piece);
  }

  private static int end(Buffer piece) {
    return (int) Math.min(RAM_SIZE, piece.address() + piece.length());
  }

  /** As in {@link BlkLockstep}, for each chain that the device had. */
  private void checkWork(int chains) {
    long loads = 2L * (ModelChain.MAX_DESCRIPTORS + setup.options().queueSize());
    long accesses = 64 + loads + 4L * ModelChain.MAX_DESCRIPTORS;
    require(memory.accesses() <= chains * accesses, "too many accesses to memory");
    require(memory.bytes() <= chains * (8 * loads + MAX_DATA), "too much memory looked at");
  }

  private void checkRam() {
    writable.or(usedRings);
    byte[] ram = memory.ram();
    for (int at = Arrays.mismatch(ram, before); at >= 0; ) {
      if (!writable.get(at)) {
        throw new AssertionError("the device has written to %x".formatted(at));
      }
      int next = writable.nextClearBit(at);
      int more =
          next >= RAM_SIZE ? -1 : Arrays.mismatch(ram, next, RAM_SIZE, before, next, RAM_SIZE);
      at = more < 0 ? -1 : next + more;
    }
  }

  private void reap() {
    byte[] ram = memory.ram();
    ModelMemory now = new ModelMemory(ram);
    for (int i = 0; i < watches.size(); i++) {
      int queue = i;
      if (watches.get(i).isWhole()) {
        watches.get(i).reap(now, (chain, used) -> check(queue, chain, ram, used));
      }
    }
  }

  private void check(int queue, WatchedChain chain, byte[] ram, long used) {
    if (!chain.isWellFormed()) {
      requireEqual("used.len of a chain that makes no sense", used, 0);
      return;
    }
    require(used <= chain.writableLength(), "used.len is above what the device could write");
    if (queue >= setup.firstRequestQueue()) {
      layout.checkCommand(chain, ram, used);
    } else if (queue == CONTROL_QUEUE) {
      layout.checkControl(chain, ram, used);
    } else {
      layout.checkEvent(chain, ram, used);
    }
  }
}
