package dev.virtio4j.scsi;

import dev.virtio4j.block.BlockBackend.Operation;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A row of a command table.
 *
 * @param <U> the kind of unit
 */
final class Command<U> {
  /** For a command whose operation code is its own. */
  static final int NO_SERVICE_ACTION = -1;

  private static final int SERVICE_ACTION_MASK = 0x1F;

  /**
   * Does it.
   *
   * @param <U> the kind of unit
   */
  interface Handler<U> {
    /** Executes a task whose CDB has no bit set that the command doesn't use. */
    void run(U unit, Task task);
  }

  /** What else holds for a command. */
  enum Condition {
    /**
     * It runs while a unit attention is pending, and leaves that pending (SAM-5, "Unit attention
     * conditions"). All of these run whoever has reserved the unit, too.
     */
    PASSES_UNIT_ATTENTION,
    /** It runs whoever has reserved the unit. */
    PASSES_RESERVATION,
    /** It runs whoever has reserved the unit, but not if that was done by RESERVE. */
    PASSES_PERSISTENT_RESERVATION,
    /** It changes the unit: where that is reserved, it is treated as one that writes. */
    CHANGES_UNIT,
    /** It reads the medium. */
    READS,
    /** It is refused where the medium is write-protected. */
    WRITES,
    /** It writes without data of its own: zeroes, or gives blocks back. */
    ZEROES,
    /** It makes what was written stable. */
    FLUSHES,
    /** It is refused as long as the unit is not ready, as all of those that read or write are. */
    NEEDS_MEDIUM
  }

  private static final int INQUIRY = 0x12;

  /**
   * Where SCSI-2 had the LUN in a CDB; not used. Linux puts it there when it first asks a unit
   * other than 0 of a target that it doesn't know, as after a hotplug.
   */
  private static final int SCSI_2_LUN = 0xE0;

  private final int operationCode;
  private final int serviceAction;
  private final String name;
  private final byte[] usage;
  private final Handler<U> handler;
  private final boolean writes;
  private final boolean passesUnitAttention;
  private final Operation operation;
  private final Set<Condition> conditions = EnumSet.noneOf(Condition.class);
  private final Reservations.Access access;
  private final boolean needsMedium;

  /**
   * Makes a row.
   *
   * @param operationCode the first byte of the CDB
   * @param serviceAction bits 0 to 4 of the second, or {@link #NO_SERVICE_ACTION}
   * @param name as the standard has it
   * @param usage the bits that the command uses from the second byte on, in hexadecimal, without
   *     the service action; spaces divide the fields
   * @param handler does it
   * @param conditions what else holds
   */
  Command(
      int operationCode,
      int serviceAction,
      String name,
      String usage,
      Handler<U> handler,
      Condition... conditions) {
    this.operationCode = operationCode;
    this.serviceAction = serviceAction;
    this.name = name;
    this.usage = HexFormat.of().parseHex("00" + usage.replace(" ", ""));
    this.handler = handler;
    this.conditions.addAll(Set.of(conditions));
    writes = has(Condition.WRITES);
    passesUnitAttention = has(Condition.PASSES_UNIT_ATTENTION);
    access = accessByConditions();
    operation = operationByConditions();
    needsMedium =
        hasOneOf(
            Condition.READS,
            Condition.WRITES,
            Condition.ZEROES,
            Condition.FLUSHES,
            Condition.NEEDS_MEDIUM);
  }

  int operationCode() {
    return operationCode;
  }

  boolean hasServiceAction() {
    return serviceAction != NO_SERVICE_ACTION;
  }

  int serviceAction() {
    return serviceAction;
  }

  int cdbLength() {
    return usage.length;
  }

  private boolean has(Condition condition) {
    return conditions.contains(condition);
  }

  boolean writes() {
    return writes;
  }

  boolean passesUnitAttention() {
    return passesUnitAttention;
  }

  /** How it stands to reservations of other initiators (SPC-4 and SBC-3 have tables of it). */
  Reservations.Access access() {
    return access;
  }

  private Reservations.Access accessByConditions() {
    if (has(Condition.PASSES_UNIT_ATTENTION) || has(Condition.PASSES_RESERVATION)) {
      return Reservations.Access.ALWAYS;
    } else if (has(Condition.PASSES_PERSISTENT_RESERVATION)) {
      return Reservations.Access.UNLESS_RESERVED;
    }
    return hasOneOf(Condition.WRITES, Condition.ZEROES, Condition.FLUSHES, Condition.CHANGES_UNIT)
        ? Reservations.Access.CHANGES
        : Reservations.Access.READS;
  }

  boolean needsMedium() {
    return needsMedium;
  }

  private boolean hasOneOf(Condition... some) {
    return Stream.of(some).anyMatch(conditions::contains);
  }

  /** What it does to the medium; null for nothing. */
  Operation operation() {
    return operation;
  }

  private Operation operationByConditions() {
    if (has(Condition.READS)) {
      return Operation.READ;
    } else if (has(Condition.ZEROES)) {
      return Operation.ZERO;
    } else if (has(Condition.WRITES)) {
      return Operation.WRITE;
    }
    return has(Condition.FLUSHES) ? Operation.FLUSH : null;
  }

  boolean isMeantBy(Task task) {
    return !hasServiceAction() || (task.u8(1) & SERVICE_ACTION_MASK) == serviceAction;
  }

  /** The CDB usage data of REPORT SUPPORTED OPERATION CODES (SPC-4). */
  int usage(int at) {
    return switch (at) {
      case 0 -> operationCode;
      case 1 -> (usage[1] & 0xFF) | (hasServiceAction() ? serviceAction : 0);
      default -> usage[at] & 0xFF;
    };
  }

  /** Whether the CDB is whole and has no bit set that is reserved or not supported. */
  boolean accepts(Task task) {
    if (task.cdbLength() < usage.length) {
      task.invalidField(task.cdbLength());
      return false;
    }
    for (int at = 1; at < usage.length; at++) {
      int used = usage[at] | (at == 1 && hasServiceAction() ? SERVICE_ACTION_MASK : 0);
      if (at == 1 && operationCode == INQUIRY) {
        used |= SCSI_2_LUN;
      }
      int wrong = task.u8(at) & ~used;
      if (wrong != 0) {
        task.invalidField(at, 31 - Integer.numberOfLeadingZeros(wrong));
        return false;
      }
    }
    return true;
  }

  void run(U unit, Task task) {
    handler.run(unit, task);
  }

  @Override
  public String toString() {
    return name;
  }
}
