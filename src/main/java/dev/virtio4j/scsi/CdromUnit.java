package dev.virtio4j.scsi;

import static dev.virtio4j.scsi.Command.Condition.NEEDS_MEDIUM;
import static dev.virtio4j.scsi.Command.Condition.PASSES_UNIT_ATTENTION;
import static dev.virtio4j.scsi.Command.Condition.READS;
import static dev.virtio4j.scsi.Command.NO_SERVICE_ACTION;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.BlockBackend.Operation;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.scsi.MediaEvents.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/**
 * A CD-ROM drive with a tray (MMC-6), read-only, with blocks of 2048 bytes. What is in it is a
 * CD-ROM of one track or, if that is larger than a CD, a DVD-ROM. If the medium's size is no
 * multiple of 2048 bytes, zeroes fill up the last block. Reads don't allocate beyond what the
 * medium does.
 *
 * <p>The user {@linkplain #insert inserts} and {@linkplain #eject ejects} media; an initiator can
 * open and close the tray, on which a medium then stays, and prevent that it is opened. Whatever
 * happens to the medium, initiators learn by GET EVENT STATUS NOTIFICATION, and of one that became
 * ready by a unit attention, too.
 */
public final class CdromUnit extends LogicalUnit {
  private static final int READ_CD_MSF = 0xB9;
  private static final int READ_CD = 0xBE;

  // spotless:off
  private static final CommandTable<CdromUnit> COMMANDS = new CommandTable<>(List.of(
      new Command<>(0x00, NO_SERVICE_ACTION, "TEST UNIT READY",               "00000000 00",                     CdromUnit::testUnitReady, NEEDS_MEDIUM),
      new Command<>(0x03, NO_SERVICE_ACTION, "REQUEST SENSE",                 "01 0000 FF 00",                   CdromUnit::requestSense, PASSES_UNIT_ATTENTION),
      new Command<>(0x08, NO_SERVICE_ACTION, "READ (6)",                      "1FFFFF FF 00",                    CdromUnit::read, READS),
      new Command<>(0x12, NO_SERVICE_ACTION, "INQUIRY",                       "01 FF FFFF 00",                   CdromUnit::inquire, PASSES_UNIT_ATTENTION),
      new Command<>(0x15, NO_SERVICE_ACTION, "MODE SELECT (6)",               "10 0000 FF 00",                   CdromUnit::modeSelect6),
      new Command<>(0x1A, NO_SERVICE_ACTION, "MODE SENSE (6)",                "08 FF FF FF 00",                  CdromUnit::modeSense6),
      new Command<>(0x1B, NO_SERVICE_ACTION, "START STOP UNIT",               "01 0000 F3 00",                   CdromUnit::startStop),
      new Command<>(0x1E, NO_SERVICE_ACTION, "PREVENT ALLOW MEDIUM REMOVAL",  "000000 01 00",                    CdromUnit::preventAllowMediumRemoval),
      new Command<>(0x25, NO_SERVICE_ACTION, "READ CAPACITY (10)",            "00 00000000 0000 00 00",          CdromUnit::readCapacity, NEEDS_MEDIUM),
      new Command<>(0x28, NO_SERVICE_ACTION, "READ (10)",                     "18 FFFFFFFF 00 FFFF 00",          CdromUnit::read, READS),
      new Command<>(0x43, NO_SERVICE_ACTION, "READ TOC/PMA/ATIP",             "02 0F 000000 FF FFFF C0",         CdromUnit::readToc, NEEDS_MEDIUM),
      new Command<>(0x46, NO_SERVICE_ACTION, "GET CONFIGURATION",             "03 FFFF 000000 FFFF 00",          CdromUnit::getConfiguration, PASSES_UNIT_ATTENTION),
      new Command<>(0x4A, NO_SERVICE_ACTION, "GET EVENT STATUS NOTIFICATION", "01 0000 FF 0000 FFFF 00",         CdromUnit::getEvents, PASSES_UNIT_ATTENTION),
      new Command<>(0x51, NO_SERVICE_ACTION, "READ DISC INFORMATION",         "07 0000000000 FFFF 00",           CdromUnit::readDiscInformation, NEEDS_MEDIUM),
      new Command<>(0x52, NO_SERVICE_ACTION, "READ TRACK INFORMATION",        "03 FFFFFFFF 00 FFFF 00",          CdromUnit::readTrackInformation, NEEDS_MEDIUM),
      new Command<>(0x55, NO_SERVICE_ACTION, "MODE SELECT (10)",              "10 0000000000 FFFF 00",           CdromUnit::modeSelect10),
      new Command<>(0x5A, NO_SERVICE_ACTION, "MODE SENSE (10)",               "18 FF FF 000000 FFFF 00",         CdromUnit::modeSense10),
      new Command<>(0xA0, NO_SERVICE_ACTION, "REPORT LUNS",                   "00 FF 000000 FFFFFFFF 00 00",     CdromUnit::reportLuns, PASSES_UNIT_ATTENTION),
      new Command<>(0xA3, 0x0C,              "REPORT SUPPORTED OPERATION CODES", "00 87 FF FFFF FFFFFFFF 00 00", CdromUnit::reportOperationCodes),
      new Command<>(0xA8, NO_SERVICE_ACTION, "READ (12)",                     "18 FFFFFFFF FFFFFFFF 00 00",      CdromUnit::read, READS),
      new Command<>(0xAD, NO_SERVICE_ACTION, "READ DISC STRUCTURE",           "0F FFFFFFFF FF FF FFFF C0 00",    CdromUnit::readDiscStructure, NEEDS_MEDIUM),
      new Command<>(READ_CD_MSF, NO_SERVICE_ACTION, "READ CD MSF",            "1E 00 FFFFFF FFFFFF 10 00 00",    CdromUnit::readCdMsf, READS),
      new Command<>(0xBD, NO_SERVICE_ACTION, "MECHANISM STATUS",              "00 00000000 0000 FFFF 00 00",     CdromUnit::mechanismStatus),
      new Command<>(READ_CD, NO_SERVICE_ACTION, "READ CD",                    "1E FFFFFFFF FFFFFF 10 00 00",     CdromUnit::readCd, READS)));
  // spotless:on

  private static final int STATE_VERSION = 1;

  /** The peripheral device type of an MMC device. */
  private static final int DEVICE_TYPE = 0x05;

  /** The version descriptor of MMC-6. */
  private static final int MMC_6 = 0x04E0;

  // START STOP UNIT.
  private static final int POWER_CONDITION = 0xF0;
  private static final int LOEJ = 0x02;
  private static final int START = 0x01;

  /** MECHANISM STATUS. */
  private static final int DOOR_OPEN = 0x10;

  /** The media class of events. */
  private static final int MEDIA_EVENTS = 1 << 4;

  /** The read error recovery mode page: nothing has to be recovered, ever. */
  private static final int READ_ERROR_RECOVERY = 0x01;

  private static final String NO_VALUES = "00".repeat(10);

  // READ CD: the types of sectors that are all that there can be here, and what is wanted of them.
  private static final int EXPECTED_TYPE = 0x1C;
  private static final int ANY_TYPE = 0x00;
  private static final int MODE_1 = 0x08;
  private static final int USER_DATA = 0x10;

  private final Inquiry inquiry;
  private final MediaEvents events = new MediaEvents();

  /** What is in the drive, on the open tray, too; null for nothing. */
  private Disc disc;

  private boolean isOpen;

  /**
   * Makes a drive without a medium, whose tray is closed.
   *
   * @param identity what it is called
   */
  public CdromUnit(UnitIdentity identity) {
    this(identity, new CapabilitiesPage());
  }

  private CdromUnit(UnitIdentity identity, CapabilitiesPage capabilities) {
    super(new ModePage(READ_ERROR_RECOVERY, NO_VALUES, NO_VALUES), capabilities);
    capabilities.describe(this);
    inquiry = new Inquiry(DEVICE_TYPE, true, MMC_6, identity, Map.of());
  }

  /**
   * Makes a drive with a medium.
   *
   * @param identity what it is called
   * @param medium what is in it at first; closing it is left to the caller
   */
  public CdromUnit(UnitIdentity identity, BlockBackend medium) {
    this(identity);
    disc = new Disc(medium);
  }

  // What the user does.

  /**
   * Puts a medium in and closes the tray.
   *
   * @param medium is only read; closing it after it was ejected is left to the caller
   * @throws IllegalStateException if there is one already
   */
  public void insert(BlockBackend medium) {
    if (disc != null) {
      throw new IllegalStateException("there is a medium in the drive");
    }
    disc = new Disc(medium);
    close();
  }

  /**
   * Opens the tray and takes the medium from it, unless an initiator has prevented that: it is then
   * asked to give it out.
   *
   * @param force whether to open the tray in any case, after which nobody prevents it any more
   * @return the medium, for the caller to close; null if {@linkplain #hasMedium there is none}, or
   *     it is still there
   */
  public BlockBackend eject(boolean force) {
    if (!isOpen && isLocked()) {
      if (!force) {
        tell(Event.EJECT_REQUEST);
        return null;
      }
      allowRemoval();
    }
    open();
    BlockBackend medium = disc == null ? null : disc.medium();
    disc = null;
    return medium;
  }

  /**
   * Whether there is a medium in the drive or on its open tray.
   *
   * @return false if one can be inserted
   */
  public boolean hasMedium() {
    return disc != null;
  }

  /**
   * Whether the tray is open.
   *
   * @return true from an eject to the next load or insert
   */
  public boolean isOpen() {
    return isOpen;
  }

  /**
   * Whether an initiator has prevented that the medium is removed.
   *
   * @return true if {@link #eject} needs force while the tray is closed
   */
  public boolean isLocked() {
    return isRemovalPrevented();
  }

  private void open() {
    if (!isOpen) {
      isOpen = true;
      if (disc != null) {
        tell(Event.MEDIA_REMOVAL);
      }
    }
  }

  /** Even if the same medium is back, nobody can know. */
  private void close() {
    isOpen = false;
    if (disc != null) {
      tell(Event.NEW_MEDIA);
      raise(UnitAttention.MEDIUM_MAY_HAVE_CHANGED);
    }
  }

  private void tell(Event event) {
    events.raise(event);
    listener().asynchronousEvent(MEDIA_EVENTS);
  }

  @Override
  public int eventClasses() {
    return MEDIA_EVENTS;
  }

  @Override
  Operation operation(Task task) {
    Command<CdromUnit> command = COMMANDS.find(task);
    return command == null ? null : command.operation();
  }

  @Override
  long bytesMoved(Task task, Operation operation) {
    boolean moves = operation == Operation.READ && notReady() == null && isOnDisc(task);
    return moves ? blockCount(task) * Disc.BLOCK_SIZE : 0;
  }

  @Override
  long delayNanos(Task task, Operation operation, long bytes) {
    return bytes == 0
        ? 0
        : disc.medium().delayNanos(Operation.READ, address(task) * Disc.BLOCK_SIZE, bytes);
  }

  @Override
  public void execute(Task task) {
    COMMANDS.execute(this, task);
  }

  @Override
  boolean isWriteProtected() {
    return true;
  }

  @Override
  Sense notReady() {
    if (isOpen) {
      return Sense.MEDIUM_NOT_PRESENT_TRAY_OPEN;
    }
    return disc == null ? Sense.MEDIUM_NOT_PRESENT_TRAY_CLOSED : null;
  }

  /** Saves the drive; of the medium, whether there is one and its size. */
  @Override
  public void save(StateWriter out) throws IOException {
    super.save(out);
    out.begin("CD-ROM drive", STATE_VERSION);
    out.i64(disc == null ? 0 : disc.medium().size());
    out.flag(isOpen);
    out.constant(events.pending());
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    super.load(in);
    in.begin("CD-ROM drive", STATE_VERSION);
    long size = disc == null ? 0 : disc.medium().size();
    in.i64(size, size, "the size of the medium");
    isOpen = in.flag();
    events.raise(in.constant(Event.class));
    in.end();
  }

  // What the drive is.

  private void inquire(Task task) {
    inquiry.run(task);
  }

  private void getConfiguration(Task task) {
    DriveFeatures.send(notReady() == null ? disc.profile() : Disc.Profile.NONE, task);
  }

  private void reportOperationCodes(Task task) {
    OperationCodeReport.send(COMMANDS, task);
  }

  // Its tray.

  /** START STOP UNIT. There is no motor to be started, and no power to be saved. */
  private void startStop(Task task) {
    int what = task.u8(4);
    if ((what & POWER_CONDITION) != 0 || (what & LOEJ) == 0) {
      return;
    }
    if ((what & START) != 0) {
      if (isOpen) {
        close();
      }
    } else if (!isOpen && isLocked()) {
      task.checkCondition(
          disc == null ? Sense.EMPTY_DRIVE_REMOVAL_PREVENTED : Sense.MEDIUM_REMOVAL_PREVENTED);
    } else {
      open();
    }
  }

  private void getEvents(Task task) {
    events.send(isOpen, disc != null, task);
  }

  /** MECHANISM STATUS: the drive is idle, has one slot and no table of slots. */
  private void mechanismStatus(Task task) {
    ByteBuffer reply = task.reply().put((byte) 0).put((byte) (isOpen ? DOOR_OPEN : 0));
    Inquiry.putZeroes(reply, 3); // the current block
    reply.put((byte) 1).putShort((short) 0);
    task.send(task.u16(8));
  }

  // What is on the disc.

  private void readToc(Task task) {
    DiscInformation.sendToc(disc, task);
  }

  private void readDiscInformation(Task task) {
    DiscInformation.sendDiscInformation(task);
  }

  private void readTrackInformation(Task task) {
    DiscInformation.sendTrackInformation(disc, task);
  }

  private void readDiscStructure(Task task) {
    DiscInformation.sendDiscStructure(disc, task);
  }

  private void readCapacity(Task task) {
    task.reply().putInt((int) Math.min(disc.blocks() - 1, 0xFFFF_FFFFL)).putInt(Disc.BLOCK_SIZE);
    task.send(Long.BYTES);
  }

  /** READ of all sizes; the medium does not change, so that FUA asks for nothing. */
  private void read(Task task) {
    if (isInRange(task, MediumCdb.addressField(task), MediumCdb.blocksField(task))) {
      transfer(task);
    }
  }

  private void readCd(Task task) {
    if (isInRange(task, 2, 6)) {
      transferUserData(task);
    }
  }

  private void readCdMsf(Task task) {
    if (address(task) < 0) {
      task.invalidField(3);
    } else if (blockCount(task) < 0) {
      task.invalidField(6);
    } else if (isInRange(task, 3, 6)) {
      transferUserData(task);
    }
  }

  /** For READ CD: the rest of the sectors, and other types of them, were never recorded. */
  private void transferUserData(Task task) {
    int type = task.u8(1) & EXPECTED_TYPE;
    if (disc.profile() != Disc.Profile.CD_ROM) {
      task.checkCondition(Sense.INCOMPATIBLE_FORMAT);
    } else if (type != ANY_TYPE && type != MODE_1) {
      task.checkCondition(Sense.ILLEGAL_MODE_FOR_THIS_TRACK);
    } else if ((task.u8(9) & USER_DATA) != 0) {
      transfer(task);
    }
  }

  private void transfer(Task task) {
    long position = address(task) * Disc.BLOCK_SIZE;
    for (long left = task.roomFor(blockCount(task) * Disc.BLOCK_SIZE); left > 0; ) {
      ByteBuffer piece = task.nextIn(left);
      int start = piece.position();
      int count = piece.remaining();
      try {
        disc.read(position, piece);
      } catch (IOException e) {
        int good = piece.position() - start;
        task.hostFailed(e, Sense.UNRECOVERED_READ_ERROR, (position + good) / Disc.BLOCK_SIZE);
        task.commitStart(good);
        return;
      }
      task.commitIn(count);
      position += count;
      left -= count;
    }
  }

  /** The first block; negative for an MSF address that is none. */
  private static long address(Task task) {
    return task.u8(0) == READ_CD_MSF ? Msf.block(task.u24(3)) : MediumCdb.address(task);
  }

  /** How many blocks; negative where READ CD MSF, which names the end, has it before the start. */
  private static long blockCount(Task task) {
    return switch (task.u8(0)) {
      case READ_CD_MSF -> Msf.block(task.u24(6)) - address(task);
      case READ_CD -> task.u24(6);
      default -> MediumCdb.blocks(task);
    };
  }

  private boolean isAddressOnDisc(Task task) {
    return address(task) >= 0 && address(task) < disc.blocks();
  }

  /** Nothing here can overflow. A length of 0 does not make an address good. */
  private boolean isOnDisc(Task task) {
    long count = blockCount(task);
    return isAddressOnDisc(task) && count >= 0 && count <= disc.blocks() - address(task);
  }

  private boolean isInRange(Task task, int addressField, int blocksField) {
    if (!isOnDisc(task)) {
      task.checkCondition(
          Sense.LBA_OUT_OF_RANGE, isAddressOnDisc(task) ? blocksField : addressField);
      return false;
    }
    return true;
  }
}
