package dev.virtio4j.scsi;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * PERSISTENT RESERVE OUT (SPC-4): registers and reserves.
 *
 * <pre>
 *   byte 0  reservation key, by which a registered initiator is known
 *        8  service action reservation key: the new one, or the one to preempt
 *       20  SPEC_I_PT, ALL_TG_PT, APTPL
 * </pre>
 */
final class PersistentReserveOut {
  static final int REGISTER = 0x00;
  static final int RESERVE = 0x01;
  static final int RELEASE = 0x02;
  static final int CLEAR = 0x03;
  static final int PREEMPT = 0x04;
  static final int PREEMPT_AND_ABORT = 0x05;
  static final int REGISTER_AND_IGNORE_EXISTING_KEY = 0x06;

  private static final int SERVICE_ACTION = 0x1F;
  private static final int LENGTH_FIELD = 5;
  private static final int LIST_LENGTH = 24;
  private static final int NEW_KEY_AT = 8;
  private static final int FLAGS_AT = 20;

  /** Other initiators, all target ports, after power loss: none of it is there. */
  private static final int SPEC_I_PT_ALL_TG_PT_APTPL = 0x0D;

  private final LogicalUnit unit;
  private final PersistentReservations state;
  private final Task task;
  private final Nexus nexus;
  private final long newKey;

  private PersistentReserveOut(LogicalUnit unit, Task task, ByteBuffer list) {
    this.unit = unit;
    this.task = task;
    state = unit.reservations().persistent();
    nexus = task.nexus();
    newKey = list.getLong(NEW_KEY_AT);
  }

  static void run(LogicalUnit unit, Task task) {
    ByteBuffer list = task.parameters(task.u32(LENGTH_FIELD), LENGTH_FIELD);
    if (list == null) {
      return;
    }
    int action = task.u8(1) & SERVICE_ACTION;
    boolean registers = action == REGISTER || action == REGISTER_AND_IGNORE_EXISTING_KEY;
    if (list.limit() < LIST_LENGTH) {
      task.checkCondition(Sense.PARAMETER_LIST_LENGTH_ERROR);
      return;
    }
    int refused = registers ? list.get(FLAGS_AT) & SPEC_I_PT_ALL_TG_PT_APTPL : 0;
    if (refused != 0) {
      task.invalidParameter(FLAGS_AT, 31 - Integer.numberOfLeadingZeros(refused));
      return;
    }
    if (list.limit() != LIST_LENGTH) {
      task.checkCondition(Sense.PARAMETER_LIST_LENGTH_ERROR);
      return;
    }
    new PersistentReserveOut(unit, task, list).run(action, list.getLong(0));
  }

  private void run(int action, long key) {
    // Who isn't registered has no key, and can do nothing but register.
    boolean ignoresKey = action == REGISTER_AND_IGNORE_EXISTING_KEY;
    boolean mayRun = action == REGISTER || ignoresKey || state.isRegistered(nexus);
    if (!mayRun || (!ignoresKey && key != state.key(nexus))) {
      task.reservationConflict();
      return;
    }
    switch (action) {
      case REGISTER, REGISTER_AND_IGNORE_EXISTING_KEY -> register();
      case RESERVE -> reserve();
      case RELEASE -> release();
      case CLEAR -> {
        state.clear(nexus);
        state.countGeneration();
      }
      default -> preempt(action == PREEMPT_AND_ABORT);
    }
  }

  private void register() {
    if (newKey != PersistentReservations.NO_KEY) {
      state.register(nexus, newKey);
    } else if (state.isRegistered(nexus)) {
      state.unregister(nexus);
    }
    state.countGeneration();
  }

  /** The type in the CDB, for the scope of the unit; null if it has none, and the task ended. */
  private ReservationType type() {
    ReservationType type = ReservationType.of(task.u8(2)); // LU_SCOPE is 0
    if (type == null) {
      boolean isScope = task.u8(2) >> 4 != 0;
      task.invalidField(2, isScope ? 7 : 3);
    }
    return type;
  }

  private void reserve() {
    ReservationType type = type();
    if (type != null && !state.reserve(nexus, type)) {
      task.reservationConflict();
    }
  }

  private void release() {
    if (state.isHeldBy(nexus)) {
      if (state.type() == ReservationType.of(task.u8(2))) {
        state.release(nexus);
      } else {
        task.checkCondition(Sense.INVALID_RELEASE_OF_PERSISTENT_RESERVATION);
      }
    }
  }

  private void preempt(boolean abort) {
    List<Nexus> preempted;
    if (state.isHolderKey(newKey)) {
      ReservationType type = type();
      if (type == null) {
        return;
      }
      preempted = state.preemptReservation(nexus, newKey, type);
    } else if (newKey == PersistentReservations.NO_KEY) {
      task.invalidParameter(NEW_KEY_AT);
      return;
    } else {
      preempted = state.preemptRegistrations(nexus, newKey);
      if (preempted.isEmpty()) {
        task.reservationConflict();
        return;
      }
    }
    state.countGeneration();
    if (abort) {
      for (Nexus loser : preempted) {
        if (loser != nexus) {
          unit.abortTasks(loser);
        }
      }
    }
  }
}
