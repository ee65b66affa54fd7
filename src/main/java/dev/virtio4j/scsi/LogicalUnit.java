package dev.virtio4j.scsi;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A logical unit of a target: executes tasks one after the other, and knows its initiators. Here is
 * what all kinds of units have in common (SPC-4).
 */
public abstract class LogicalUnit implements Stateful {
  private static final int STATE_VERSION = 1;

  private static final int DESC = 0x01;
  private static final int PREVENT = 0x01;

  /** How SELECT REPORT of REPORT LUNS counts (SPC-4). */
  private static final int WELL_KNOWN_UNITS = 0x01;

  private static final int ALL_UNITS = 0x02;

  private final List<Nexus> nexuses = new ArrayList<>();

  /** For the kinds of units. */
  LogicalUnit() {}

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

  /**
   * Has every initiator told of something.
   *
   * @param attention what has happened to the unit
   */
  public final void raise(UnitAttention attention) {
    nexuses.forEach(nexus -> nexus.raise(attention));
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

  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("logical unit", STATE_VERSION);
    out.i32(nexuses.size());
    for (Nexus nexus : nexuses) {
      nexus.save(out);
    }
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    in.begin("logical unit", STATE_VERSION);
    in.i32(nexuses.size(), nexuses.size(), "the number of initiators");
    for (Nexus nexus : nexuses) {
      nexus.load(in);
    }
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

  /** REPORT LUNS: there is LUN 0, and no well-known unit. */
  final void reportLuns(Task task) {
    int select = task.u8(2);
    if (select > ALL_UNITS) {
      task.invalidField(2);
      return;
    }
    ByteBuffer reply = task.reply();
    int units = select == WELL_KNOWN_UNITS ? 0 : 1;
    reply.putInt(units * Long.BYTES).putInt(0);
    if (units > 0) {
      reply.putLong(0);
    }
    task.send(task.u32(6));
  }
}
