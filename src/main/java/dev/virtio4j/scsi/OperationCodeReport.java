package dev.virtio4j.scsi;

import java.nio.ByteBuffer;
import java.util.List;

/** REPORT SUPPORTED OPERATION CODES (SPC-4), from the rows of a command table. */
final class OperationCodeReport {
  /** The highest bit of byte 2: with timeouts. */
  private static final int RCTD = 0x80;

  private static final int REPORTING_OPTIONS = 0x07;
  private static final int ALL = 0;
  private static final int ONE_WITHOUT_SERVICE_ACTION = 1;
  private static final int ONE_WITH_SERVICE_ACTION = 2;
  private static final int ONE = 3;

  private static final int NOT_SUPPORTED = 1;
  private static final int SUPPORTED_AS_IN_STANDARD = 3;

  private OperationCodeReport() {}

  static void send(CommandTable<?> table, Task task) {
    int option = task.u8(2) & REPORTING_OPTIONS;
    boolean timeouts = (task.u8(2) & RCTD) != 0;
    if (option == ALL) {
      putAll(table.commands(), timeouts, task.reply());
    } else if (option > ONE) {
      task.invalidField(2, 2);
      return;
    } else {
      List<? extends Command<?>> candidates = table.commands(task.u8(3));
      boolean byServiceAction = !candidates.isEmpty() && candidates.get(0).hasServiceAction();
      if (!candidates.isEmpty()
          && option == (byServiceAction ? ONE_WITHOUT_SERVICE_ACTION : ONE_WITH_SERVICE_ACTION)) {
        task.invalidField(2, 2);
        return;
      }
      // A command without service actions has, where these count, number 0.
      int wanted = task.u16(4);
      putOne(
          candidates.stream()
              .filter(
                  c ->
                      option == ONE_WITHOUT_SERVICE_ACTION
                          || wanted == (c.hasServiceAction() ? c.serviceAction() : 0))
              .findFirst()
              .orElse(null),
          timeouts,
          task.reply());
    }
    task.send(task.u32(6));
  }

  private static void putAll(
      List<? extends Command<?>> commands, boolean timeouts, ByteBuffer reply) {
    reply.putInt(0);
    for (Command<?> command : commands) {
      reply.put((byte) command.operationCode()).put((byte) 0);
      reply.putShort((short) (command.hasServiceAction() ? command.serviceAction() : 0));
      int ctdp = timeouts ? 0x02 : 0;
      int servactv = command.hasServiceAction() ? 0x01 : 0;
      reply.put((byte) 0).put((byte) (ctdp | servactv));
      reply.putShort((short) command.cdbLength());
      putTimeouts(timeouts, reply);
    }
    reply.putInt(0, reply.position() - Integer.BYTES);
  }

  private static void putOne(Command<?> command, boolean timeouts, ByteBuffer reply) {
    boolean withTimeouts = timeouts && command != null;
    int ctdp = withTimeouts ? 0x80 : 0;
    int support = command == null ? NOT_SUPPORTED : SUPPORTED_AS_IN_STANDARD;
    reply.put((byte) 0).put((byte) (ctdp | support));
    int length = command == null ? 0 : command.cdbLength();
    reply.putShort((short) length);
    for (int at = 0; at < length; at++) {
      reply.put((byte) command.usage(at));
    }
    putTimeouts(withTimeouts, reply);
  }

  /** A command timeouts descriptor that names none. */
  private static void putTimeouts(boolean wanted, ByteBuffer reply) {
    if (wanted) {
      reply.putShort((short) 0x000A).putShort((short) 0).putInt(0).putInt(0);
    }
  }
}
