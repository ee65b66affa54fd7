package dev.virtio4j.scsi;

import dev.virtio4j.block.BlockBackend.Operation;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A logical unit of a target: executes tasks one after the other, and knows its initiators. Here is
 * what all kinds of units have in common (SPC-4).
 */
public abstract class LogicalUnit implements Stateful {
  /** The most initiators of a unit: as many as the answers to their commands have room for. */
  public static final int MAX_INITIATORS = 32;

  private static final int STATE_VERSION = 3;

  private static final int DESC = 0x01;
  private static final int PREVENT = 0x01;

  // REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS.
  private static final int REPD = 0x80;

  /** ABORT TASK, ABORT TASK SET, CLEAR TASK SET, LOGICAL UNIT RESET, QUERY TASK. */
  private static final int MANAGEMENT = 0xDC;

  /** QUERY TASK SET, I_T NEXUS RESET. */
  private static final int MORE_MANAGEMENT = 0x03;

  private static final int NO_TIMEOUTS_LENGTH = 12;

  /** How SELECT REPORT of REPORT LUNS counts (SPC-4). */
  private static final int WELL_KNOWN_UNITS = 0x01;

  private static final int ALL_UNITS = 0x02;

  /** Who wants to know what happens to a unit beside its tasks. */
  interface Listener {
    /** The unit has another capacity, or another parameter that its initiators should look at. */
    default void parametersChanged(UnitAttention attention) {}

    /** Something has happened that initiators can subscribe to. */
    default void asynchronousEvent(int eventClasses) {}

    /**
     * Another initiator aborts all tasks of one (SPC-4, PREEMPT AND ABORT).
     *
     * @return whether there were any
     */
    default boolean abortTasks(Nexus nexus) {
      return false;
    }
  }

  /** Numbers below this have the peripheral device form, as Linux expects them. */
  private static final int FLAT_SPACE_FROM = 256;

  private static final int FLAT_SPACE = 0x4000;

  private final List<Nexus> nexuses = new ArrayList<>();

  private LunInventory inventory = LunInventory.LUN_0_ONLY;

  private Listener listener = new Listener() {};

  private final ControlPage control = new ControlPage();
  private final ModeParameters modes;
  private final Reservations reservations = new Reservations();

  /**
   * For the kinds of units.
   *
   * @param pages the mode pages of the kind, beside the control mode page
   */
  LogicalUnit(ModePage... pages) {
    modes =
        new ModeParameters(
            this,
            Stream.concat(Stream.of(control), Stream.of(pages))
                .sorted(Comparator.comparingInt(ModePage::code))
                .toList());
  }

  /**
   * Makes the unit known to one more initiator, which is then told that the unit was switched on.
   * It is called by the number of those that were known before it.
   *
   * @return what stands for the initiator in its tasks
   * @throws IllegalStateException if the unit knows {@link #MAX_INITIATORS} already
   */
  public final Nexus connect() {
    return connect("initiator " + nexuses.size());
  }

  /**
   * Makes the unit known to one more initiator, which is then told that the unit was switched on.
   *
   * @param name what others know the initiator by (PERSISTENT RESERVE IN), of any length; the same
   *     on all units, and another for another initiator
   * @return what stands for the initiator in its tasks
   * @throws IllegalStateException if the unit knows {@link #MAX_INITIATORS} already
   */
  public final Nexus connect(String name) {
    if (nexuses.size() == MAX_INITIATORS) {
      throw new IllegalStateException("a unit has at most " + MAX_INITIATORS + " initiators");
    }
    Nexus nexus = new Nexus(name);
    nexuses.add(nexus);
    return nexus;
  }

  /** Forgets an initiator, and what it had registered and reserved. */
  void disconnect(Nexus nexus) {
    reservations.forget(nexus);
    reservations.persistent().unregister(nexus);
    nexuses.remove(nexus);
  }

  /** Puts the unit into a target, for REPORT LUNS. */
  final void belongTo(LunInventory target) {
    inventory = target;
  }

  final void listen(Listener newListener) {
    listener = newListener;
  }

  /** Who hears of what happens to the unit; never null. */
  final Listener listener() {
    return listener;
  }

  /**
   * Has every initiator told of something, and the bus of what they should look at.
   *
   * @param attention what has happened to the unit
   */
  public final void raise(UnitAttention attention) {
    nexuses.forEach(nexus -> nexus.raise(attention));
    if (attention == UnitAttention.CAPACITY_CHANGED) {
      listener.parametersChanged(attention);
    }
  }

  /**
   * Puts the unit into the state after power-on (SAM-5, "Logical unit reset"), but for persistent
   * reservations. Kinds of units that have such a state override this.
   *
   * @param attention what initiators are told
   */
  public void reset(UnitAttention attention) {
    modes.reset();
    reservations.reset();
    allowRemoval();
    raise(attention);
  }

  /**
   * The initiator's connection was reset: forgets what goes with that (SAM-5, "I_T nexus loss").
   */
  void nexusLost(Nexus nexus) {
    nexus.preventRemoval(false);
    reservations.forget(nexus);
    nexus.raise(UnitAttention.I_T_NEXUS_LOSS);
  }

  /**
   * What an initiator can subscribe to (MMC-6, "GET EVENT STATUS NOTIFICATION"; virtio 0.9.5,
   * VIRTIO_SCSI_EVT_ASYNC_...).
   *
   * @return a bit for each class of events: operational change 1, power management 2, external
   *     request 3, media 4, multi-host 5, device busy 6
   */
  public int eventClasses() {
    return 0;
  }

  // How long a task takes: asked before it is executed, and changes nothing.

  /** What a task will do to the medium; null for nothing. */
  Operation operation(Task task) {
    return null;
  }

  /** How many bytes of the medium a task will read or write that does an operation to it. */
  long bytesMoved(Task task, Operation operation) {
    return 0;
  }

  /** How much longer the medium wants a task to take, in emulated nanoseconds. */
  long delayNanos(Task task, Operation operation, long bytes) {
    return 0;
  }

  /** Has every other initiator told of what one of them did. */
  final void raiseForOthers(Nexus cause, UnitAttention attention) {
    nexuses.stream().filter(nexus -> nexus != cause).forEach(nexus -> nexus.raise(attention));
  }

  /**
   * Executes a task, whatever is in it.
   *
   * @param task one that has begun; says afterwards how it ended
   * @throws dev.virtio4j.host.GuestMemoryException if a buffer is not in the initiator's memory;
   *     what came before it was moved
   */
  public abstract void execute(Task task);

  /** Whether commands that write are refused. */
  abstract boolean isWriteProtected();

  /** Why commands that need the medium are refused; null where they aren't. */
  Sense notReady() {
    return null;
  }

  /** Whether an initiator has prevented that the medium is removed. */
  final boolean isRemovalPrevented() {
    return nexuses.stream().anyMatch(Nexus::preventsRemoval);
  }

  /** Has no initiator prevent it any more. */
  final void allowRemoval() {
    nexuses.forEach(nexus -> nexus.preventRemoval(false));
  }

  final Reservations reservations() {
    return reservations;
  }

  /** Has an initiator that lost its registration lose its tasks and what it prevented. */
  final void abortTasks(Nexus nexus) {
    nexus.preventRemoval(false);
    if (listener.abortTasks(nexus)) {
      nexus.raise(UnitAttention.COMMANDS_CLEARED);
    }
  }

  // What stands before the mode pages.

  /** That of the mode parameter header, 8 bits. */
  int deviceSpecificParameter() {
    return 0;
  }

  /** Whether mode parameters have a block descriptor. */
  boolean hasBlockDescriptor() {
    return false;
  }

  /** How many logical blocks, for the block descriptor. */
  long blocks() {
    return 0;
  }

  /** In bytes, for the block descriptor. */
  int blockSize() {
    return 0;
  }

  final ControlPage control() {
    return control;
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("logical unit", STATE_VERSION);
    out.i32(nexuses.size());
    for (Nexus nexus : nexuses) {
      nexus.save(out);
    }
    modes.save(out);
    reservations.save(out, nexuses);
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    in.begin("logical unit", STATE_VERSION);
    in.i32(nexuses.size(), nexuses.size(), "the number of initiators");
    for (Nexus nexus : nexuses) {
      nexus.load(in);
    }
    modes.load(in);
    reservations.load(in, nexuses);
    in.end();
  }

  // Handlers.

  /** TEST UNIT READY: whether it is, its row says. */
  final void testUnitReady(Task task) {}

  /**
   * REQUEST SENSE: a unit attention, if one is pending, is told this way, too, and then why the
   * unit is not ready. SeaBIOS asks for that, and would wait for a medium for five seconds
   * otherwise.
   */
  final void requestSense(Task task) {
    SenseData sense = new SenseData();
    UnitAttention attention = task.nexus().take();
    if (attention != null) {
      sense.set(attention);
    } else if (notReady() != null) {
      sense.set(notReady());
    } else {
      sense.set(Sense.NO_ADDITIONAL_SENSE_INFORMATION);
    }
    send(task, sense);
  }

  /** REQUEST SENSE where there is always the same to tell. */
  static void sendSense(Task task, Sense what) {
    SenseData sense = new SenseData();
    sense.set(what);
    send(task, sense);
  }

  private static void send(Task task, SenseData sense) {
    if ((task.u8(1) & DESC) != 0) {
      sense.putDescriptors(task.reply());
    } else {
      sense.putFixed(task.reply());
    }
    task.send(task.u8(4));
  }

  /** PREVENT ALLOW MEDIUM REMOVAL: prevented as long as one initiator does (SPC-4). */
  final void preventAllowMediumRemoval(Task task) {
    boolean prevent = (task.u8(4) & PREVENT) != 0;
    if (!prevent || mayChange(task)) {
      task.nexus().preventRemoval(prevent);
    }
  }

  /**
   * Whether a command does what changes the unit, which it only does by its CDB; ends it if not.
   */
  final boolean mayChange(Task task) {
    boolean conflict = reservations.conflict(task.nexus(), Reservations.Access.CHANGES);
    if (conflict) {
      task.reservationConflict();
    }
    return !conflict;
  }

  final void logSense(Task task) {
    LogSense.run(task);
  }

  /** REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS: all that a {@link ScsiBus} has. */
  final void reportTaskManagementFunctions(Task task) {
    ByteBuffer reply = task.reply().put((byte) MANAGEMENT).put((byte) MORE_MANAGEMENT);
    boolean extended = (task.u8(2) & REPD) != 0;
    int more = extended ? NO_TIMEOUTS_LENGTH : 0;
    reply.put((byte) 0).put((byte) more);
    Inquiry.putZeroes(reply, more);
    task.send(task.u32(6));
  }

  final void reserve(Task task) {
    reservations.reserve(task);
  }

  final void release(Task task) {
    reservations.release(task);
  }

  /** PERSISTENT RESERVE IN; while the unit is reserved by RESERVE, nobody gets an answer. */
  final void persistentReserveIn(Task task) {
    if (reservations.isReserved()) {
      task.reservationConflict();
    } else {
      PersistentReserveIn.run(reservations.persistent(), task);
    }
  }

  /** PERSISTENT RESERVE OUT; while the unit is reserved by RESERVE, it conflicts, too. */
  final void persistentReserveOut(Task task) {
    if (reservations.isReserved()) {
      task.reservationConflict();
    } else {
      PersistentReserveOut.run(this, task);
    }
  }

  final void modeSense6(Task task) {
    ModeSense.run6(modes, task);
  }

  final void modeSense10(Task task) {
    ModeSense.run10(modes, task);
  }

  final void modeSelect6(Task task) {
    if (ModeSelect.run6(modes, task)) {
      raiseForOthers(task.nexus(), UnitAttention.MODE_PARAMETERS_CHANGED);
    }
  }

  final void modeSelect10(Task task) {
    if (ModeSelect.run10(modes, task)) {
      raiseForOthers(task.nexus(), UnitAttention.MODE_PARAMETERS_CHANGED);
    }
  }

  /**
   * REPORT LUNS: those of the target, in flat space addressing from 256 on (SAM-5), and no
   * well-known unit.
   */
  final void reportLuns(Task task) {
    int select = task.u8(2);
    if (select > ALL_UNITS) {
      task.invalidField(2);
      return;
    }
    int units = select == WELL_KNOWN_UNITS ? 0 : inventory.count();
    if (select != WELL_KNOWN_UNITS) {
      task.nexus().forget(UnitAttention.REPORTED_LUNS_CHANGED);
    }
    long allocated = Math.min(task.u32(6), Long.BYTES * (1L + units));
    ByteBuffer reply = task.reply().putInt(units * Long.BYTES).putInt(0);
    for (int i = 0; i < units && allocated > 0; i++) {
      if (reply.remaining() < Long.BYTES) {
        int part = reply.position();
        task.send(allocated);
        allocated -= part;
        reply.clear();
      }
      int lun = inventory.lun(i);
      reply.putShort((short) (lun < FLAT_SPACE_FROM ? lun : FLAT_SPACE | lun));
      Inquiry.putZeroes(reply, Long.BYTES - Short.BYTES);
    }
    task.send(allocated);
  }
}
