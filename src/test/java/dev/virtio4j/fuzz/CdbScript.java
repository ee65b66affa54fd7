package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.BlkLockstep.SECTORS;
import static dev.virtio4j.fuzz.BlkLockstep.require;
import static dev.virtio4j.fuzz.BlkLockstep.requireEqual;
import static dev.virtio4j.fuzz.Cdbs.WRITES;

import com.sun.management.ThreadMXBean;
import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.host.GuestMemoryException;
import dev.virtio4j.scsi.BlockLayout;
import dev.virtio4j.scsi.CdromUnit;
import dev.virtio4j.scsi.DataCache;
import dev.virtio4j.scsi.DiskUnit;
import dev.virtio4j.scsi.LogicalUnit;
import dev.virtio4j.scsi.Nexus;
import dev.virtio4j.scsi.Status;
import dev.virtio4j.scsi.Task;
import dev.virtio4j.scsi.UnitAttention;
import dev.virtio4j.scsi.UnitIdentity;
import dev.virtio4j.testing.States;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;

/**
 * Bytes as the commands of two initiators to a unit, and what else happens to it: the first says
 * which unit, then each action is a byte that says which, and the bytes it needs; where they end,
 * zeros follow. The commands go straight to the unit, without a bus. What is checked holds for
 * every command; the unit is not modelled.
 */
final class CdbScript extends FuzzScript {
  private static final int RESERVATION_CONFLICT = 0x18;

  private static final int ILLEGAL_REQUEST = 0x5;
  private static final int UNIT_ATTENTION = 0x6;
  private static final int INVALID_OPERATION_CODE = 0x2000;
  private static final int INVALID_FIELD_IN_CDB = 0x2400;

  private static final int FUA = 0x08;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final UnitAttention[] ATTENTIONS = UnitAttention.values();

  /** What the initiators send. */
  private static final byte[] PATTERN = new byte[1 << 17];

  static {
    new Random(6).nextBytes(PATTERN);
  }

  private final int kind;
  private final HostFaults faults = new HostFaults();
  private final HostDisk disk;
  private final Cdbs cdbs;
  private final Nexus[] nexuses = new Nexus[2];
  private final Task task = new Task();
  private LogicalUnit unit;
  private boolean hasMedium = true;
  private boolean faulty;

  CdbScript(byte[] input) {
    super(input);
    kind = u8();
    byte[] content = Arrays.copyOf(PATTERN, SECTORS * ModelDisk.SECTOR);
    disk = new HostDisk(content, (kind & 3) >= 2, 0, faults);
    cdbs = new Cdbs(newUnit());
    unit = newUnit();
    connect();
  }

  private LogicalUnit newUnit() {
    if (isCdrom()) {
      UnitIdentity drive = UnitIdentity.ofDisk("cd");
      return hasMedium ? new CdromUnit(drive, disk) : new CdromUnit(drive);
    }
    int blockSize = (kind & 3) == 1 ? 4096 : 512;
    return new DiskUnit(
        disk,
        new DataCache(disk, (kind & 8) == 0, true),
        UnitIdentity.ofDisk((kind & 16) == 0 ? "fuzz" : ""),
        new BlockLayout(blockSize, blockSize, 0, 0),
        (kind & 4) == 0);
  }

  private boolean isCdrom() {
    return (kind & 3) == 3;
  }

  private void connect() {
    for (int i = 0; i < nexuses.length; i++) {
      nexuses[i] = unit.connect();
    }
  }

  void run() {
    while (hasMore()) {
      act();
    }
    saveAndRestore();
    faults.clear();
    byte[] inquiry = {0x12, 0, 0, 0, 36, 0};
    CdbBuffers buffers = new CdbBuffers(new byte[0], 36, 36, 36);
    execute(nexuses[0], inquiry, buffers);
    requireEqual("status of INQUIRY", task.status().code(), Status.GOOD.code());
    requireEqual("device type", buffers.in()[0], isCdrom() ? 5 : 0);
  }

  private void act() {
    int action = u8();
    switch (action % 32) {
      case 0 -> saveAndRestore();
      case 1 -> unit.raise(ATTENTIONS[u8() % ATTENTIONS.length]);
      case 2 -> unit.reset(ATTENTIONS[u8() % 2]);
      case 3 -> {
        int what = u8();
        faulty = true;
        faults.set(u8() % SECTORS, (what & 1) != 0, (what & 2) != 0, (what & 4) != 0);
      }
      case 4 -> {
        faulty = false;
        faults.clear();
      }
      case 5 -> resize();
      case 6, 7 -> changeMedium(action % 2 == 0);
      default -> command(nexuses[action >> 7]);
    }
  }

  private void resize() {
    if ((kind & 3) < 2) {
      try {
        disk.resize(8L * ModelDisk.SECTOR * (1 + u8() % 6));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      unit.raise(UnitAttention.CAPACITY_CHANGED);
    }
  }

  private void changeMedium(boolean force) {
    if (unit instanceof CdromUnit drive) {
      if (!drive.hasMedium()) {
        drive.insert(disk);
      } else {
        BlockBackend out = drive.eject(force);
        require(out == disk || (out == null && !force), "what an eject gave");
      }
      hasMedium = drive.hasMedium();
    }
  }

  /** The state is saved, and another unit goes on from there. */
  private void saveAndRestore() {
    byte[] state = States.save(unit);
    unit = newUnit();
    connect();
    try {
      States.load(state, unit);
    } catch (IOException e) {
      throw new AssertionError("a saved state can't be restored", e);
    }
    require(Arrays.equals(state, States.save(unit)), "a restored state is another");
  }

  private void command(Nexus nexus) {
    byte[] cdb = cdbs.make(this::u8);
    int layout = u8();
    int from = u8();
    int out = length(layout & 7);
    int room = length(layout >> 3 & 7);
    byte[] data = Arrays.copyOfRange(PATTERN, from, from + out);
    if ((layout & 64) != 0) { // a parameter list
      for (int i = 0; i < Math.min(out, 32); i++) {
        data[i] = (byte) u8();
      }
    }
    int piece = (layout & 128) == 0 ? 65536 : 1 + u8();
    long reachable = (layout & 192) == 192 ? u8() : Long.MAX_VALUE;
    check(nexus, cdb, new CdbBuffers(data, room, piece, reachable));
  }

  private int length(int choice) {
    return switch (choice) {
      case 0 -> 0;
      case 1 -> u8();
      case 2 -> 512;
      case 3 -> 4096;
      case 4 -> 1024;
      case 5 -> u8() * 512;
      case 6 -> 24;
      default -> 65535;
    };
  }

  /** Executes a command, and checks what holds for each. */
  private void check(Nexus nexus, byte[] cdb, CdbBuffers buffers) {
    byte[] before = disk.bytes().clone();
    if (!execute(nexus, cdb, buffers)) {
      checkMedium(cdb, before);
      return;
    }
    checkMedium(cdb, before);
    requireEqual("bytes moved", task.moved(), buffers.sent() + buffers.in().length);
    require(task.shortfall() >= 0, "a negative shortfall");
    require(task.hostFailure() == null || faulty, "the host failed without being told to");
    int status = task.status().code();
    require(
        task.status() == Status.GOOD
            || task.status() == Status.CHECK_CONDITION
            || status == RESERVATION_CONFLICT,
        "another status");
    requireEqual(
        "whether there is sense data",
        Math.min(task.senseLength(), 1),
        task.status() == Status.CHECK_CONDITION ? 1 : 0);
    checkCdb(cdb);
    if (task.status() == Status.GOOD && task.shortfall() == 0) {
      checkDone(cdb, before, buffers);
    }
  }

  /**
   * Executes a command.
   *
   * @return whether its buffers were in the initiator's memory
   */
  private boolean execute(Nexus nexus, byte[] cdb, CdbBuffers buffers) {
    System.arraycopy(cdb, 0, task.cdb(), 0, cdb.length);
    task.begin(nexus, cdb.length, buffers);
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    try {
      unit.execute(task);
      return true;
    } catch (GuestMemoryException e) {
      return false;
    } finally {
      allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
      require(allocated <= BlkLockstep.MAX_ALLOCATED, "too many bytes allocated");
    }
  }

  private void checkMedium(byte[] cdb, byte[] before) {
    require(
        WRITES.contains(cdb[0] & 0xFF) || Arrays.equals(before, disk.bytes()),
        "a command that doesn't write changed the medium");
  }

  /** Whether the reserved bits of the CDB are 0, as the unit's own report has them. */
  private void checkCdb(byte[] cdb) {
    SenseReader sense =
        task.status() == Status.CHECK_CONDITION
            ? SenseReader.of(task.sense(), task.senseLength())
            : null;
    if (sense != null && sense.hasField()) {
      requireEqual("sense key of a field pointer", sense.key(), ILLEGAL_REQUEST);
      require(!sense.isInCdb() || sense.field() < Cdbs.MAX_SIZE, "a field behind the CDB");
    }
    boolean other =
        task.status().code() == RESERVATION_CONFLICT
            || (sense != null && sense.key() == UNIT_ATTENTION);
    if (other) {
      return;
    }
    byte[] whole = Arrays.copyOf(cdb, Cdbs.MAX_SIZE);
    Optional<Cdbs.Row> row = cdbs.find(whole);
    if (row.isEmpty()) {
      requireSense(
          sense, cdbs.has(whole[0] & 0xFF) ? INVALID_FIELD_IN_CDB : INVALID_OPERATION_CODE);
      requireEqual("the byte pointed to", sense.field(), cdbs.has(whole[0] & 0xFF) ? 1 : 0);
      return;
    }
    int length = row.get().usage().size();
    boolean wrong = cdb.length < length;
    for (int at = 1; at < length; at++) {
      wrong |= (whole[at] & 0xFF & ~row.get().allowed(at)) != 0;
    }
    if (wrong) {
      requireSense(sense, INVALID_FIELD_IN_CDB);
      require(sense.isInCdb(), "a field pointer into the parameter list");
      int at = sense.field();
      boolean missing = at >= cdb.length && at < length;
      boolean pointsToIt =
          at < length && (whole[at] & 0xFF & ~row.get().allowed(at) & sense.bits()) != 0;
      if (!missing && !pointsToIt) {
        throw new AssertionError(
            "%s in a CDB %s of %s".formatted(sense, HexFormat.of().formatHex(cdb), row.get()));
      }
    }
  }

  private static void requireSense(SenseReader sense, int code) {
    require(sense != null, "a CDB with wrong bits was accepted");
    requireEqual("sense key", sense.key(), ILLEGAL_REQUEST);
    requireEqual("additional sense code", sense.code(), code);
    require(sense.hasField() && sense.isInCdb(), "no field pointer into the CDB");
  }

  /** What some commands have done when they end well. */
  private void checkDone(byte[] cdb, byte[] before, CdbBuffers buffers) {
    int code = cdb[0] & 0xFF;
    boolean flush = code == 0x35 || code == 0x91;
    boolean through = (code == 0x2A || code == 0x8A || code == 0xAA) && (cdb[1] & FUA) != 0;
    if (!faulty && (flush || (through && task.moved() > 0))) {
      require(!disk.unflushed(), "what was written is not on stable storage");
    }
    if (code == 0x28 && !isCdrom()) {
      int blockSize = (kind & 3) == 1 ? 4096 : 512;
      int blocks = (cdb[7] & 0xFF) << 8 | (cdb[8] & 0xFF);
      int start = blockSize * ((cdb[4] & 0xFF) << 8 | (cdb[5] & 0xFF));
      byte[] expected = Arrays.copyOfRange(before, start, start + blocks * blockSize);
      require(Arrays.equals(buffers.in(), expected), "READ (10) gave something else");
    }
    int allocated = allocationLength(cdb);
    require(allocated < 0 || buffers.in().length <= allocated, "more than was allocated for");
  }

  /** Of commands that have one (SPC-4, "Allocation length"); else -1. */
  private static int allocationLength(byte[] cdb) {
    return switch (cdb[0] & 0xFF) {
      case 0x03, 0x1A -> cdb[4] & 0xFF;
      case 0x12 -> (cdb[3] & 0xFF) << 8 | (cdb[4] & 0xFF);
      case 0x43, 0x46, 0x4A, 0x4D, 0x51, 0x52, 0x5A, 0x5E -> (cdb[7] & 0xFF) << 8 | (cdb[8] & 0xFF);
      default -> -1;
    };
  }
}
