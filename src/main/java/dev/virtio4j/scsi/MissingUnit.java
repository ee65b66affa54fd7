package dev.virtio4j.scsi;

import static dev.virtio4j.scsi.Command.Condition.PASSES_UNIT_ATTENTION;
import static dev.virtio4j.scsi.Command.NO_SERVICE_ACTION;

import java.util.List;

/**
 * What answers for the numbers of a target that have no unit (SPC-4, "Incorrect logical unit
 * selection"): INQUIRY says so, REPORT LUNS names the units that there are, everything else ends
 * with LOGICAL UNIT NOT SUPPORTED.
 */
final class MissingUnit extends LogicalUnit {
  // spotless:off
  private static final CommandTable<MissingUnit> COMMANDS = new CommandTable<>(List.of(
      new Command<>(0x03, NO_SERVICE_ACTION, "REQUEST SENSE", "01 0000 FF 00",               MissingUnit::senseOfNone, PASSES_UNIT_ATTENTION),
      new Command<>(0x12, NO_SERVICE_ACTION, "INQUIRY",       "01 FF FFFF 00",               MissingUnit::inquireNone, PASSES_UNIT_ATTENTION),
      new Command<>(0xA0, NO_SERVICE_ACTION, "REPORT LUNS",   "00 FF 000000 FFFFFFFF 00 00", MissingUnit::reportLuns,  PASSES_UNIT_ATTENTION)));
  // spotless:on

  /** Peripheral qualifier 011b, "not capable of supporting a device here", and type 1Fh. */
  private static final int NO_DEVICE = 0x7F;

  private static final int STANDARD_LENGTH = 36;
  private static final int VERSION_SPC4 = 0x06;
  private static final int HISUP_AND_FORMAT = 0x12;

  @Override
  public void execute(Task task) {
    if (COMMANDS.find(task) == null) {
      task.checkCondition(Sense.LOGICAL_UNIT_NOT_SUPPORTED);
    } else {
      COMMANDS.execute(this, task);
    }
  }

  @Override
  boolean isWriteProtected() {
    return false;
  }

  private void senseOfNone(Task task) {
    sendSense(task, Sense.LOGICAL_UNIT_NOT_SUPPORTED);
  }

  private void inquireNone(Task task) {
    if (task.u8(1) != 0 || task.u8(2) != 0) {
      task.invalidField(1);
      return;
    }
    var reply = task.reply();
    reply.put((byte) NO_DEVICE).put((byte) 0).put((byte) VERSION_SPC4);
    reply.put((byte) HISUP_AND_FORMAT).put((byte) (STANDARD_LENGTH - 5));
    Inquiry.putZeroes(reply, STANDARD_LENGTH - reply.position());
    task.send(task.u16(3));
  }
}
