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
  private static final int STATE_VERSION = 2;

  private static final int DESC = 0x01;
  private static final int PREVENT = 0x01;

  /** How SELECT REPORT of REPORT LUNS counts (SPC-4). */
  private static final int WELL_KNOWN_UNITS = 0x01;

  private static final int ALL_UNITS = 0x02;

  /** Who wants to know what happens to a unit beside its tasks. */
  interface Listener {
    /** The unit has another capacity, or another parameter that its initiators should look at. */
    void parametersChanged(UnitAttention attention);

    /** Something has happened that initiators can subscribe to. */
    void asynchronousEvent(int eventClasses);
  }

  /** Numbers below this have the peripheral device form, as Linux expects them. */
  private static final int FLAT_SPACE_FROM = 256;

  private static final int FLAT_SPACE = 0x4000;

  private final List<Nexus> nexuses = new ArrayList<>();

  private LunInventory inventory = LunInventory.LUN_0_ONLY;

  private Listener listener =
      new Listener() {
        @Override
        public void parametersChanged(UnitAttention attention) {}

        @Override
        public void asynchronousEvent(int eventClasses) {}
      };

  private final ControlPage control = new ControlPage();
  private final ModeParameters modes;

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
   *
   * @return what stands for the initiator in its tasks
   */
  public final Nexus connect() {
    Nexus nexus = new Nexus();
    nexuses.add(nexus);
    return nexus;
  }

  /** Forgets an initiator. */
  void disconnect(Nexus nexus) {
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
   * Puts the unit into the state after power-on (SAM-5, "Logical unit reset"). Kinds of units that
   * have such a state override this.
   *
   * @param attention what initiators are told
   */
  public void reset(UnitAttention attention) {
    modes.reset();
    allowRemoval();
    raise(attention);
  }

  /**
   * The initiator's connection was reset: forgets what goes with that (SAM-5, "I_T nexus loss").
   */
  void nexusLost(Nexus nexus) {
    nexus.preventRemoval(false);
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

  /** How many bytes of the medium a task will read or write. */
  long bytesMoved(Task task) {
    return 0;
  }

  /** How much longer the medium wants a task to take, in emulated nanoseconds. */
  long delayNanos(Task task) {
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
    in.end();
  }

  // Handlers.

  /** TEST UNIT READY: whether it is, its row says. */
  final void testUnitReady(Task task) {}

  /** REQUEST SENSE: a unit attention, if one is pending, is told this way, too. */
  final void requestSense(Task task) {
    SenseData sense = new SenseData();
    UnitAttention attention = task.nexus().take();
    if (attention == null) {
      sense.set(Sense.NO_ADDITIONAL_SENSE_INFORMATION);
    } else {
      sense.set(attention);
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
    task.nexus().preventRemoval((task.u8(4) & PREVENT) != 0);
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
