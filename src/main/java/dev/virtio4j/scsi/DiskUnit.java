package dev.virtio4j.scsi;

import static dev.virtio4j.scsi.Command.Condition.FLUSHES;
import static dev.virtio4j.scsi.Command.Condition.PASSES_UNIT_ATTENTION;
import static dev.virtio4j.scsi.Command.Condition.READS;
import static dev.virtio4j.scsi.Command.Condition.WRITES;
import static dev.virtio4j.scsi.Command.NO_SERVICE_ACTION;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.BlockBackend.Operation;
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
      new Command<>(0x00, NO_SERVICE_ACTION, "TEST UNIT READY",        "00000000 00",                       DiskUnit::testUnitReady),
      new Command<>(0x03, NO_SERVICE_ACTION, "REQUEST SENSE",          "01 0000 FF 00",                     DiskUnit::requestSense, PASSES_UNIT_ATTENTION),
      new Command<>(0x08, NO_SERVICE_ACTION, "READ (6)",               "1FFFFF FF 00",                      DiskUnit::read, READS),
      new Command<>(0x0A, NO_SERVICE_ACTION, "WRITE (6)",              "1FFFFF FF 00",                      DiskUnit::write, WRITES),
      new Command<>(0x12, NO_SERVICE_ACTION, "INQUIRY",                "01 FF FFFF 00",                     DiskUnit::inquire, PASSES_UNIT_ATTENTION),
      new Command<>(0x1A, NO_SERVICE_ACTION, "MODE SENSE (6)",         "08 FF FF FF 00",                    DiskUnit::modeSense6),
      new Command<>(0x25, NO_SERVICE_ACTION, "READ CAPACITY (10)",     "00 00000000 0000 00 00",            DiskUnit::readCapacity10),
      new Command<>(0x28, NO_SERVICE_ACTION, "READ (10)",              "18 FFFFFFFF 00 FFFF 00",            DiskUnit::read, READS),
      new Command<>(0x2A, NO_SERVICE_ACTION, "WRITE (10)",             "18 FFFFFFFF 00 FFFF 00",            DiskUnit::write, WRITES),
      new Command<>(0x35, NO_SERVICE_ACTION, "SYNCHRONIZE CACHE (10)", "02 FFFFFFFF 00 FFFF 00",            DiskUnit::synchronizeCache, FLUSHES),
      new Command<>(0x5A, NO_SERVICE_ACTION, "MODE SENSE (10)",        "18 FF FF 000000 FFFF 00",           DiskUnit::modeSense10),
      new Command<>(0x88, NO_SERVICE_ACTION, "READ (16)",              "18 FFFFFFFFFFFFFFFF FFFFFFFF 00 00", DiskUnit::read, READS),
      new Command<>(0x8A, NO_SERVICE_ACTION, "WRITE (16)",             "18 FFFFFFFFFFFFFFFF FFFFFFFF 00 00", DiskUnit::write, WRITES),
      new Command<>(0x91, NO_SERVICE_ACTION, "SYNCHRONIZE CACHE (16)", "02 FFFFFFFFFFFFFFFF FFFFFFFF 00 00", DiskUnit::synchronizeCache, FLUSHES),
      new Command<>(0x9E, 0x10,              "READ CAPACITY (16)",     "00 0000000000000000 FFFFFFFF 00 00", DiskUnit::readCapacity16),
      new Command<>(0xA0, NO_SERVICE_ACTION, "REPORT LUNS",            "00 FF 000000 FFFFFFFF 00 00",       DiskUnit::reportLuns, PASSES_UNIT_ATTENTION),
      new Command<>(0xA3, 0x0C, "REPORT SUPPORTED OPERATION CODES",    "00 87 FF FFFF FFFFFFFF 00 00",      DiskUnit::reportOperationCodes),
      new Command<>(0xA8, NO_SERVICE_ACTION, "READ (12)",              "18 FFFFFFFF FFFFFFFF 00 00",        DiskUnit::read, READS),
      new Command<>(0xAA, NO_SERVICE_ACTION, "WRITE (12)",             "18 FFFFFFFF FFFFFFFF 00 00",        DiskUnit::write, WRITES)));
  // spotless:on

  /** The peripheral device type of a direct-access disk. */
  private static final int DEVICE_TYPE = 0x00;

  /** The version descriptor of SBC-3. */
  private static final int SBC_3 = 0x04C0;

  private static final int BLOCK_LIMITS = 0xB0;
  private static final int BLOCK_DEVICE_CHARACTERISTICS = 0xB1;
  private static final int LOGICAL_BLOCK_PROVISIONING = 0xB2;

  /** The length of the first two of these pages, without their headers. */
  private static final int PAGE_LENGTH = 0x3C;

  private static final int NON_ROTATING = 0x0001;

  private static final int CAPACITY_16_LENGTH = 32;

  private final BlockBackend backend;
  private final WriteCache cache;
  private final BlockLayout layout;
  private final Inquiry inquiry;
  private final ModeSense modeSense;

  /**
   * Makes a unit.
   *
   * @param backend the medium; closing it is left to the caller. After it was resized the caller
   *     {@linkplain LogicalUnit#raise raises} {@link UnitAttention#CAPACITY_CHANGED}
   * @param cache what writes go through; after it was switched the caller raises {@link
   *     UnitAttention#MODE_PARAMETERS_CHANGED}
   * @param identity what the unit is called
   * @param layout its blocks; what does not fill one at the end of the backend is not used
   */
  public DiskUnit(
      BlockBackend backend, WriteCache cache, UnitIdentity identity, BlockLayout layout) {
    this.backend = backend;
    this.cache = cache;
    this.layout = layout;
    inquiry =
        new Inquiry(
            DEVICE_TYPE,
            SBC_3,
            identity,
            Map.of(
                BLOCK_LIMITS, this::blockLimits,
                BLOCK_DEVICE_CHARACTERISTICS, this::characteristics,
                LOGICAL_BLOCK_PROVISIONING, this::provisioning));
    modeSense = new ModeSense(this, cache);
  }

  @Override
  public void execute(Task task) {
    COMMANDS.execute(this, task);
  }

  @Override
  boolean isWriteProtected() {
    return backend.isReadOnly();
  }

  @Override
  Operation operation(Task task) {
    Command<DiskUnit> command = COMMANDS.find(task);
    return command == null ? null : command.operation();
  }

  @Override
  long bytesMoved(Task task) {
    Operation operation = operation(task);
    boolean moves = operation == Operation.READ || operation == Operation.WRITE;
    return moves && isOnDisk(task) ? MediumCdb.blocks(task) * blockSize() : 0;
  }

  @Override
  long delayNanos(Task task) {
    Operation operation = operation(task);
    if (operation == null) {
      return 0;
    }
    long bytes = bytesMoved(task);
    return backend.delayNanos(
        operation, bytes == 0 ? 0 : MediumCdb.address(task) * blockSize(), bytes);
  }

  int blockSize() {
    return layout.logicalBlockSize();
  }

  long blocks() {
    return backend.size() / blockSize();
  }

  // What the unit is.

  private void inquire(Task task) {
    inquiry.run(task);
  }

  /** SBC-3, "Block Limits VPD page". What isn't set is not limited, or not there. */
  private void blockLimits(ByteBuffer page) {
    page.putShort((short) 0);
    page.putShort(
        (short) (layout.minIoSize() / blockSize())); // optimal transfer length granularity
    page.putInt(0); // maximum transfer length
    page.putInt(layout.optIoSize() / blockSize()); // optimal transfer length
    Inquiry.putZeroes(page, PAGE_LENGTH - 12);
  }

  /** SBC-3, "Block Device Characteristics VPD page". */
  private void characteristics(ByteBuffer page) {
    page.putShort((short) NON_ROTATING);
    Inquiry.putZeroes(page, PAGE_LENGTH - Short.BYTES);
  }

  /**
   * SBC-3, "Logical Block Provisioning VPD page": every block is there, and none can be given back.
   */
  private void provisioning(ByteBuffer page) {
    page.putInt(0);
  }

  private void modeSense6(Task task) {
    modeSense.run6(task);
  }

  private void modeSense10(Task task) {
    modeSense.run10(task);
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
    reply.put((byte) 0).put((byte) layout.physicalBlockExponent());
    Inquiry.putZeroes(reply, CAPACITY_16_LENGTH - reply.position());
    task.send(task.u32(10));
  }

  // What is on it.

  /** READ of all sizes. With FUA what is newer than the medium goes there first. */
  private void read(Task task) {
    if (!isOnMedium(task) || (MediumCdb.forceUnitAccess(task) && !flush(task))) {
      return;
    }
    long position = MediumCdb.address(task) * blockSize();
    try {
      for (long left = task.roomFor(MediumCdb.blocks(task) * blockSize()); left > 0; ) {
        ByteBuffer piece = task.nextIn(left);
        int count = piece.remaining();
        backend.read(position, piece);
        task.commitIn(count);
        position += count;
        left -= count;
      }
    } catch (IOException e) {
      task.hostFailed(e, Sense.UNRECOVERED_READ_ERROR, position / blockSize());
    }
  }

  /** WRITE of all sizes. */
  private void write(Task task) {
    if (!isOnMedium(task)) {
      return;
    }
    long length = MediumCdb.blocks(task) * blockSize();
    if (!task.brings(length)) {
      task.invalidField(MediumCdb.blocksField(task));
      return;
    }
    long position = MediumCdb.address(task) * blockSize();
    try {
      for (long left = length; left > 0; ) {
        ByteBuffer piece = task.nextOut(left);
        int count = piece.remaining();
        backend.write(position, piece);
        position += count;
        left -= count;
      }
    } catch (IOException e) {
      task.hostFailed(e, Sense.WRITE_ERROR, position / blockSize());
      return;
    }
    if (MediumCdb.forceUnitAccess(task) || !cache.isOn()) {
      flush(task);
    }
  }

  /** SYNCHRONIZE CACHE: of all blocks, whichever are named. */
  private void synchronizeCache(Task task) {
    if (isOnMedium(task)) {
      flush(task);
    }
  }

  private boolean flush(Task task) {
    try {
      cache.flush();
      return true;
    } catch (IOException e) {
      task.hostFailed(e, Sense.WRITE_ERROR);
      return false;
    }
  }

  private boolean isOnDisk(Task task) {
    long address = MediumCdb.address(task);
    return address >= 0 && address < blocks() && MediumCdb.blocks(task) <= blocks() - address;
  }

  /** Nothing here can overflow. A length of 0 does not make an address good. */
  private boolean isOnMedium(Task task) {
    long address = MediumCdb.address(task);
    if (address < 0 || address >= blocks()) {
      task.checkCondition(Sense.LBA_OUT_OF_RANGE, MediumCdb.addressField(task));
      return false;
    }
    if (MediumCdb.blocks(task) > blocks() - address) {
      task.checkCondition(Sense.LBA_OUT_OF_RANGE, MediumCdb.blocksField(task));
      return false;
    }
    return true;
  }
}
