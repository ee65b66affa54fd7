package dev.virtio4j.scsi;

import java.util.ArrayList;
import java.util.List;

/**
 * The commands of a kind of unit, which executes tasks by it and says in answer to REPORT SUPPORTED
 * OPERATION CODES what is in it.
 *
 * @param <U> the kind of unit
 */
final class CommandTable<U extends LogicalUnit> {
  private static final int OPERATION_CODES = 256;

  private final List<Command<U>> commands;

  /** Those of each operation code. */
  private final List<List<Command<U>>> byOperationCode = new ArrayList<>(OPERATION_CODES);

  /** Makes a table of rows, which are in the order of their codes. */
  CommandTable(List<Command<U>> commands) {
    this.commands = commands;
    for (int code = 0; code < OPERATION_CODES; code++) {
      int wanted = code;
      byOperationCode.add(commands.stream().filter(c -> c.operationCode() == wanted).toList());
    }
  }

  /**
   * Executes a task: unit attentions and reservations first, then what is wrong with the CDB, then
   * the state of the medium (SAM-5, "Status precedence").
   */
  void execute(U unit, Task task) {
    task.describeSense(unit.control().descriptorSense());
    List<Command<U>> candidates = byOperationCode.get(task.u8(0));
    Command<U> command = find(candidates, task);
    if (attention(command, unit, task)) {
      return;
    }
    if (command == null) {
      refuse(candidates, task);
    } else if (command.accepts(task)) {
      if (command.needsMedium() && unit.notReady() != null) {
        task.checkCondition(unit.notReady());
      } else if (command.writes() && unit.isWriteProtected()) {
        task.checkCondition(Sense.WRITE_PROTECTED);
      } else {
        command.run(unit, task);
      }
    }
  }

  /** Ends a task with a unit attention or a reservation conflict; of these, resets come first. */
  private boolean attention(Command<U> command, U unit, Task task) {
    boolean passes = command != null && command.passesUnitAttention();
    UnitAttention attention = passes ? null : task.nexus().next();
    boolean conflict =
        command != null && unit.reservations().conflict(task.nexus(), command.access());
    if (conflict && (attention == null || !attention.isReset())) {
      task.reservationConflict();
      return true;
    }
    if (attention != null) {
      task.checkCondition(task.nexus().take());
    }
    return attention != null;
  }

  /** The row of a task; null if there is none. */
  Command<U> find(Task task) {
    return find(byOperationCode.get(task.u8(0)), task);
  }

  private Command<U> find(List<Command<U>> candidates, Task task) {
    for (int i = 0; i < candidates.size(); i++) { // no iterator: nothing is allocated here
      if (candidates.get(i).isMeantBy(task)) {
        return candidates.get(i);
      }
    }
    return null;
  }

  private void refuse(List<Command<U>> candidates, Task task) {
    if (candidates.isEmpty()) {
      task.checkCondition(Sense.INVALID_COMMAND_OPERATION_CODE, 0);
    } else {
      task.invalidField(1, 4); // the service action
    }
  }

  List<Command<U>> commands() {
    return commands;
  }

  List<Command<U>> commands(int operationCode) {
    return byOperationCode.get(operationCode);
  }
}
