package dev.virtio4j.scsi;

import static dev.virtio4j.scsi.Command.Condition.CHANGES_UNIT;
import static dev.virtio4j.scsi.Command.Condition.FLUSHES;
import static dev.virtio4j.scsi.Command.Condition.NEEDS_MEDIUM;
import static dev.virtio4j.scsi.Command.Condition.PASSES_PERSISTENT_RESERVATION;
import static dev.virtio4j.scsi.Command.Condition.PASSES_RESERVATION;
import static dev.virtio4j.scsi.Command.Condition.PASSES_UNIT_ATTENTION;
import static dev.virtio4j.scsi.Command.Condition.READS;
import static dev.virtio4j.scsi.Command.Condition.WRITES;
import static dev.virtio4j.scsi.Command.Condition.ZEROES;
import static dev.virtio4j.scsi.Command.NO_SERVICE_ACTION;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.BlockBackend.Operation;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/**
 * A direct-access disk (SBC-3) over a backend. Reads and writes don't allocate beyond what the
 * backend does.
 */
public final class DiskUnit extends LogicalUnit {
  // spotless:off
  private static final CommandTable<DiskUnit> COMMANDS = new CommandTable<>(List.of(
      new Command<>(0x00, NO_SERVICE_ACTION, "TEST UNIT READY",          "00000000 00",                        DiskUnit::testUnitReady, NEEDS_MEDIUM, PASSES_PERSISTENT_RESERVATION),
      new Command<>(0x03, NO_SERVICE_ACTION, "REQUEST SENSE",            "01 0000 FF 00",                      DiskUnit::requestSense, PASSES_UNIT_ATTENTION),
      new Command<>(0x08, NO_SERVICE_ACTION, "READ (6)",                 "1FFFFF FF 00",                       (unit, task) -> unit.transfers.read(task), READS),
      new Command<>(0x0A, NO_SERVICE_ACTION, "WRITE (6)",                "1FFFFF FF 00",                       (unit, task) -> unit.transfers.write(task), WRITES),
      new Command<>(0x12, NO_SERVICE_ACTION, "INQUIRY",                  "01 FF FFFF 00",                      DiskUnit::inquire, PASSES_UNIT_ATTENTION),
      new Command<>(0x15, NO_SERVICE_ACTION, "MODE SELECT (6)",          "10 0000 FF 00",                      DiskUnit::modeSelect6, CHANGES_UNIT),
      new Command<>(0x16, NO_SERVICE_ACTION, "RESERVE (6)",              "00000000 00",                        DiskUnit::reserve, PASSES_RESERVATION),
      new Command<>(0x17, NO_SERVICE_ACTION, "RELEASE (6)",              "00000000 00",                        DiskUnit::release, PASSES_RESERVATION),
      new Command<>(0x1A, NO_SERVICE_ACTION, "MODE SENSE (6)",           "08 FF FF FF 00",                     DiskUnit::modeSense6),
      new Command<>(0x1B, NO_SERVICE_ACTION, "START STOP UNIT",          "01 0000 05 00",                      DiskUnit::startStop, PASSES_RESERVATION),
      new Command<>(0x1E, NO_SERVICE_ACTION, "PREVENT ALLOW MEDIUM REMOVAL", "000000 01 00",                   DiskUnit::preventAllowMediumRemoval, PASSES_RESERVATION),
      new Command<>(0x25, NO_SERVICE_ACTION, "READ CAPACITY (10)",       "00 00000000 0000 00 00",             DiskUnit::readCapacity10, PASSES_RESERVATION),
      new Command<>(0x28, NO_SERVICE_ACTION, "READ (10)",                "18 FFFFFFFF 00 FFFF 00",             (unit, task) -> unit.transfers.read(task), READS),
      new Command<>(0x2A, NO_SERVICE_ACTION, "WRITE (10)",               "18 FFFFFFFF 00 FFFF 00",             (unit, task) -> unit.transfers.write(task), WRITES),
      new Command<>(0x2E, NO_SERVICE_ACTION, "WRITE AND VERIFY (10)",    "12 FFFFFFFF 00 FFFF 00",             (unit, task) -> unit.verification.writeAndVerify(task), WRITES),
      new Command<>(0x2F, NO_SERVICE_ACTION, "VERIFY (10)",              "16 FFFFFFFF 00 FFFF 00",             (unit, task) -> unit.verification.verify(task), READS),
      new Command<>(0x34, NO_SERVICE_ACTION, "PRE-FETCH (10)",           "02 FFFFFFFF 00 FFFF 00",             (unit, task) -> unit.transfers.prefetch(task), NEEDS_MEDIUM),
      new Command<>(0x35, NO_SERVICE_ACTION, "SYNCHRONIZE CACHE (10)",   "02 FFFFFFFF 00 FFFF 00",             (unit, task) -> unit.transfers.synchronizeCache(task), FLUSHES),
      new Command<>(0x41, NO_SERVICE_ACTION, "WRITE SAME (10)",          "08 FFFFFFFF 00 FFFF 00",             (unit, task) -> unit.provisioning.writeSame(task), WRITES, ZEROES),
      new Command<>(0x42, NO_SERVICE_ACTION, "UNMAP",                    "00 00000000 00 FFFF 00",             (unit, task) -> unit.provisioning.unmap(task), WRITES, ZEROES),
      new Command<>(0x4D, NO_SERVICE_ACTION, "LOG SENSE",                "00 FF FF 00 FFFF FFFF 00",           DiskUnit::logSense, PASSES_RESERVATION),
      new Command<>(0x53, NO_SERVICE_ACTION, "XDWRITEREAD (10)",         "1C FFFFFFFF 00 FFFF 00",             (unit, task) -> unit.transfers.exchange(task), WRITES),
      new Command<>(0x55, NO_SERVICE_ACTION, "MODE SELECT (10)",         "10 0000000000 FFFF 00",              DiskUnit::modeSelect10, CHANGES_UNIT),
      new Command<>(0x56, NO_SERVICE_ACTION, "RESERVE (10)",             "0000000000000000 00",                DiskUnit::reserve, PASSES_RESERVATION),
      new Command<>(0x57, NO_SERVICE_ACTION, "RELEASE (10)",             "0000000000000000 00",                DiskUnit::release, PASSES_RESERVATION),
      new Command<>(0x5A, NO_SERVICE_ACTION, "MODE SENSE (10)",          "18 FF FF 000000 FFFF 00",            DiskUnit::modeSense10),
      new Command<>(0x5E, PersistentReserveIn.READ_KEYS, "PERSISTENT RESERVE IN, READ KEYS", "00 0000000000 FFFF 00", DiskUnit::persistentReserveIn, PASSES_PERSISTENT_RESERVATION),
      new Command<>(0x5E, PersistentReserveIn.READ_RESERVATION, "PERSISTENT RESERVE IN, READ RESERVATION", "00 0000000000 FFFF 00", DiskUnit::persistentReserveIn, PASSES_PERSISTENT_RESERVATION),
      new Command<>(0x5E, PersistentReserveIn.REPORT_CAPABILITIES, "PERSISTENT RESERVE IN, REPORT CAPABILITIES", "00 0000000000 FFFF 00", DiskUnit::persistentReserveIn, PASSES_PERSISTENT_RESERVATION),
      new Command<>(0x5E, PersistentReserveIn.READ_FULL_STATUS, "PERSISTENT RESERVE IN, READ FULL STATUS", "00 0000000000 FFFF 00", DiskUnit::persistentReserveIn, PASSES_PERSISTENT_RESERVATION),
      new Command<>(0x5F, PersistentReserveOut.REGISTER, "PERSISTENT RESERVE OUT, REGISTER", "00 FF 0000 FFFFFFFF 00", DiskUnit::persistentReserveOut, PASSES_PERSISTENT_RESERVATION),
      new Command<>(0x5F, PersistentReserveOut.RESERVE, "PERSISTENT RESERVE OUT, RESERVE", "00 FF 0000 FFFFFFFF 00", DiskUnit::persistentReserveOut, PASSES_PERSISTENT_RESERVATION),
      new Command<>(0x5F, PersistentReserveOut.RELEASE, "PERSISTENT RESERVE OUT, RELEASE", "00 FF 0000 FFFFFFFF 00", DiskUnit::persistentReserveOut, PASSES_PERSISTENT_RESERVATION),
      new Command<>(0x5F, PersistentReserveOut.CLEAR, "PERSISTENT RESERVE OUT, CLEAR", "00 FF 0000 FFFFFFFF 00", DiskUnit::persistentReserveOut, PASSES_PERSISTENT_RESERVATION),
      new Command<>(0x5F, PersistentReserveOut.PREEMPT, "PERSISTENT RESERVE OUT, PREEMPT", "00 FF 0000 FFFFFFFF 00", DiskUnit::persistentReserveOut, PASSES_PERSISTENT_RESERVATION),
      new Command<>(0x5F, PersistentReserveOut.PREEMPT_AND_ABORT, "PERSISTENT RESERVE OUT, PREEMPT AND ABORT", "00 FF 0000 FFFFFFFF 00", DiskUnit::persistentReserveOut, PASSES_PERSISTENT_RESERVATION),
      new Command<>(0x5F, PersistentReserveOut.REGISTER_AND_IGNORE_EXISTING_KEY, "PERSISTENT RESERVE OUT, REGISTER AND IGNORE EXISTING KEY", "00 FF 0000 FFFFFFFF 00", DiskUnit::persistentReserveOut, PASSES_PERSISTENT_RESERVATION),
      new Command<>(0x88, NO_SERVICE_ACTION, "READ (16)",                "18 FFFFFFFFFFFFFFFF FFFFFFFF 00 00", (unit, task) -> unit.transfers.read(task), READS),
      new Command<>(0x89, NO_SERVICE_ACTION, "COMPARE AND WRITE",        "18 FFFFFFFFFFFFFFFF 000000 FF 00 00", (unit, task) -> unit.verification.compareAndWrite(task), WRITES),
      new Command<>(0x8A, NO_SERVICE_ACTION, "WRITE (16)",               "18 FFFFFFFFFFFFFFFF FFFFFFFF 00 00", (unit, task) -> unit.transfers.write(task), WRITES),
      new Command<>(0x8E, NO_SERVICE_ACTION, "WRITE AND VERIFY (16)",    "12 FFFFFFFFFFFFFFFF FFFFFFFF 00 00", (unit, task) -> unit.verification.writeAndVerify(task), WRITES),
      new Command<>(0x8F, NO_SERVICE_ACTION, "VERIFY (16)",              "16 FFFFFFFFFFFFFFFF FFFFFFFF 00 00", (unit, task) -> unit.verification.verify(task), READS),
      new Command<>(0x90, NO_SERVICE_ACTION, "PRE-FETCH (16)",           "02 FFFFFFFFFFFFFFFF FFFFFFFF 00 00", (unit, task) -> unit.transfers.prefetch(task), NEEDS_MEDIUM),
      new Command<>(0x91, NO_SERVICE_ACTION, "SYNCHRONIZE CACHE (16)",   "02 FFFFFFFFFFFFFFFF FFFFFFFF 00 00", (unit, task) -> unit.transfers.synchronizeCache(task), FLUSHES),
      new Command<>(0x93, NO_SERVICE_ACTION, "WRITE SAME (16)",          "09 FFFFFFFFFFFFFFFF FFFFFFFF 00 00", (unit, task) -> unit.provisioning.writeSame(task), WRITES, ZEROES),
      new Command<>(0x9E, 0x10,              "READ CAPACITY (16)",       "00 0000000000000000 FFFFFFFF 00 00", DiskUnit::readCapacity16, PASSES_RESERVATION),
      new Command<>(0x9E, 0x12,              "GET LBA STATUS",           "00 FFFFFFFFFFFFFFFF FFFFFFFF 00 00", (unit, task) -> unit.provisioning.lbaStatus(task)),
      new Command<>(0xA0, NO_SERVICE_ACTION, "REPORT LUNS",              "00 FF 000000 FFFFFFFF 00 00",        DiskUnit::reportLuns, PASSES_UNIT_ATTENTION),
      new Command<>(0xA3, 0x0C, "REPORT SUPPORTED OPERATION CODES",      "00 87 FF FFFF FFFFFFFF 00 00",       DiskUnit::reportOperationCodes),
      new Command<>(0xA3, 0x0D, "REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS", "00 80 000000 FFFFFFFF 00 00",   DiskUnit::reportTaskManagementFunctions),
      new Command<>(0xA8, NO_SERVICE_ACTION, "READ (12)",                "18 FFFFFFFF FFFFFFFF 00 00",         (unit, task) -> unit.transfers.read(task), READS),
      new Command<>(0xAA, NO_SERVICE_ACTION, "WRITE (12)",               "18 FFFFFFFF FFFFFFFF 00 00",         (unit, task) -> unit.transfers.write(task), WRITES),
      new Command<>(0xAE, NO_SERVICE_ACTION, "WRITE AND VERIFY (12)",    "12 FFFFFFFF FFFFFFFF 00 00",         (unit, task) -> unit.verification.writeAndVerify(task), WRITES),
      new Command<>(0xAF, NO_SERVICE_ACTION, "VERIFY (12)",              "16 FFFFFFFF FFFFFFFF 00 00",         (unit, task) -> unit.verification.verify(task), READS)));
  // spotless:on

  private static final int STATE_VERSION = 1;

  /** The peripheral device type of a direct-access disk. */
  private static final int DEVICE_TYPE = 0x00;

  /** The version descriptor of SBC-3. */
  private static final int SBC_3 = 0x04C0;

  private static final int BLOCK_LIMITS = 0xB0;
  private static final int BLOCK_DEVICE_CHARACTERISTICS = 0xB1;
  private static final int LOGICAL_BLOCK_PROVISIONING = 0xB2;

  /** The length of the second of these pages, without its header. */
  private static final int PAGE_LENGTH = 0x3C;

  private static final int NON_ROTATING = 0x0001;

  // Mode pages whose values are all 0, and stay so: nothing is recovered, and nothing predicted.
  private static final int READ_WRITE_ERROR_RECOVERY = 0x01;
  private static final int INFORMATIONAL_EXCEPTIONS = 0x1C;
  private static final String NO_VALUES = "00".repeat(10);

  // The device-specific parameter of the mode parameter header (SBC-3).
  private static final int WRITE_PROTECTED = 0x80;
  private static final int DPOFUA = 0x10;

  // START STOP UNIT.
  private static final int START = 0x01;
  private static final int NO_FLUSH = 0x04;

  private static final int CAPACITY_16_LENGTH = 32;

  private final BlockBackend backend;
  private final BlockLayout layout;
  private final Medium medium;
  private final Transfers transfers;
  private final Verification verification;
  private final Provisioning provisioning;
  private final Inquiry inquiry;

  private boolean stopped;

  /**
   * Makes a unit.
   *
   * @param backend the medium; closing it is left to the caller. After it was resized the caller
   *     {@linkplain LogicalUnit#raise raises} {@link UnitAttention#CAPACITY_CHANGED}
   * @param cache what writes go through; after another cache than a {@link DataCache} was switched
   *     the caller raises {@link UnitAttention#MODE_PARAMETERS_CHANGED}
   * @param identity what the unit is called
   * @param layout its blocks; what does not fill one at the end of the backend is not used
   * @param discard whether the space of blocks that an initiator unmaps is given back; else the
   *     unit is fully provisioned, and UNMAP does nothing
   */
  public DiskUnit(
      BlockBackend backend,
      WriteCache cache,
      UnitIdentity identity,
      BlockLayout layout,
      boolean discard) {
    super(
        new ModePage(READ_WRITE_ERROR_RECOVERY, NO_VALUES, NO_VALUES),
        new CachingPage(cache),
        new ModePage(INFORMATIONAL_EXCEPTIONS, NO_VALUES, NO_VALUES));
    this.backend = backend;
    this.layout = layout;
    BlockLimits limits = new BlockLimits(layout, discard);
    medium = new Medium(backend, cache, layout.logicalBlockSize(), limits);
    transfers = new Transfers(medium);
    verification = new Verification(medium, limits);
    provisioning = new Provisioning(medium, limits, discard);
    inquiry =
        new Inquiry(
            DEVICE_TYPE,
            false,
            SBC_3,
            identity,
            Map.of(
                BLOCK_LIMITS, limits::put,
                BLOCK_DEVICE_CHARACTERISTICS, this::characteristics,
                LOGICAL_BLOCK_PROVISIONING, provisioning::put));
  }

  @Override
  public void execute(Task task) {
    COMMANDS.execute(this, task);
  }

  @Override
  boolean isWriteProtected() {
    return backend.isReadOnly() || control().softwareWriteProtect();
  }

  @Override
  Sense notReady() {
    return stopped ? Sense.INITIALIZING_COMMAND_REQUIRED : null;
  }

  @Override
  public void reset(UnitAttention attention) {
    stopped = false;
    super.reset(attention);
  }

  @Override
  public void save(StateWriter out) throws IOException {
    super.save(out);
    out.begin("disk", STATE_VERSION);
    out.flag(stopped);
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    super.load(in);
    in.begin("disk", STATE_VERSION);
    stopped = in.flag();
    in.end();
  }

  @Override
  boolean hasBlockDescriptor() {
    return true;
  }

  @Override
  int deviceSpecificParameter() {
    return DPOFUA | (isWriteProtected() ? WRITE_PROTECTED : 0);
  }

  @Override
  Operation operation(Task task) {
    Command<DiskUnit> command = COMMANDS.find(task);
    return command == null ? null : command.operation();
  }

  @Override
  long bytesMoved(Task task, Operation operation) {
    boolean moves = operation == Operation.READ || operation == Operation.WRITE;
    boolean there = moves && medium.contains(MediumCdb.address(task), MediumCdb.blocks(task));
    return there ? medium.length(task) : 0;
  }

  @Override
  long delayNanos(Task task, Operation operation, long bytes) {
    return backend.delayNanos(operation, bytes == 0 ? 0 : medium.position(task), bytes);
  }

  @Override
  int blockSize() {
    return medium.blockSize();
  }

  @Override
  long blocks() {
    return medium.blocks();
  }

  // What the unit is.

  private void inquire(Task task) {
    inquiry.run(task);
  }

  /** SBC-3, "Block Device Characteristics VPD page". */
  private void characteristics(ByteBuffer page) {
    page.putShort((short) NON_ROTATING);
    Inquiry.putZeroes(page, PAGE_LENGTH - Short.BYTES);
  }

  /** START STOP UNIT. A disk that is stopped has nothing in its cache, unless it is told so. */
  private void startStop(Task task) {
    if ((task.u8(4) & START) != 0) {
      stopped = false;
    } else if (mayChange(task)) {
      stopped |= (task.u8(4) & NO_FLUSH) != 0 || medium.flush(task);
    }
  }

  private void reportOperationCodes(Task task) {
    OperationCodeReport.send(COMMANDS, task);
  }

  /** READ CAPACITY (10). */
  private void readCapacity10(Task task) {
    task.reply().putInt((int) Math.min(blocks() - 1, 0xFFFF_FFFFL)).putInt(blockSize());
    task.send(Long.BYTES);
  }

  /** READ CAPACITY (16). */
  private void readCapacity16(Task task) {
    ByteBuffer reply = task.reply().putLong(blocks() - 1).putInt(blockSize());
    reply.put((byte) 0).put((byte) layout.physicalBlockExponent()).put(provisioning.inCapacity());
    Inquiry.putZeroes(reply, CAPACITY_16_LENGTH - reply.position());
    task.send(task.u32(10));
  }
}
