package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.BlkLockstep.require;

import dev.virtio4j.scsi.LogicalUnit;
import dev.virtio4j.scsi.Nexus;
import dev.virtio4j.scsi.Status;
import dev.virtio4j.scsi.Task;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * The commands of a unit, as it reports them itself (SPC-4, "REPORT SUPPORTED OPERATION CODES"),
 * and CDBs made of them.
 */
final class Cdbs {
  /** Commands that may change the medium (SBC-3), by operation code. */
  static final Set<Integer> WRITES =
      Set.of(0x0A, 0x2A, 0x2E, 0x41, 0x42, 0x53, 0x89, 0x8A, 0x8E, 0x93, 0xAA, 0xAE);

  /** No command is longer. */
  static final int MAX_SIZE = 16;

  private static final int SERVICE_ACTION = 0x1F;
  private static final int INQUIRY = 0x12;
  private static final int SCSI_2_LUN = 0xE0; // old drivers put the LUN there
  private static final int ONE_COMMAND = 3; // reporting options: with its service action, if any
  private static final int SUPPORTED = 3;

  /**
   * A command.
   *
   * @param code the operation code
   * @param serviceAction of those that have one, else -1
   * @param usage which bits of the CDB mean something, from its first byte on
   */
  record Row(int code, int serviceAction, List<Integer> usage) {
    private boolean isMeantBy(byte[] cdb) {
      return code == (cdb[0] & 0xFF)
          && (serviceAction < 0 || (cdb[1] & SERVICE_ACTION) == serviceAction);
    }

    /** Which bits a CDB of it may have set at a place behind the operation code. */
    int allowed(int at) {
      if (at != 1) {
        return usage.get(at);
      }
      return usage.get(at)
          | (serviceAction >= 0 ? SERVICE_ACTION : 0)
          | (code == INQUIRY ? SCSI_2_LUN : 0);
    }
  }

  private final List<Row> rows = new ArrayList<>();

  /** Asks a unit, which is to be in the state after power-on. */
  Cdbs(LogicalUnit unit) {
    Nexus nexus = unit.connect();
    report(unit, nexus, 0, 0, 0); // ends with the unit attention of power-on
    ByteBuffer all = report(unit, nexus, 0, 0, 0);
    for (int left = all.getInt(); left > 0; left -= 8) {
      int code = all.get() & 0xFF;
      all.get();
      int serviceAction = all.getShort();
      boolean has = (all.getShort() & 1) != 0;
      all.getShort(); // the length of its CDB
      ByteBuffer one = report(unit, nexus, ONE_COMMAND, code, serviceAction);
      require((one.getShort() & 7) == SUPPORTED, "a command that is in the list is not supported");
      List<Integer> usage = new ArrayList<>();
      for (int length = one.getShort(); length > 0; length--) {
        usage.add(one.get() & 0xFF);
      }
      rows.add(new Row(code, has ? serviceAction : -1, usage));
    }
    require(!rows.isEmpty(), "a unit without commands");
  }

  private static ByteBuffer report(
      LogicalUnit unit, Nexus nexus, int option, int code, int serviceAction) {
    byte[] cdb = {(byte) 0xA3, 0x0C, (byte) option, (byte) code, 0, 0, 0, 0, 16, 0, 0, 0};
    cdb[5] = (byte) serviceAction;
    Task task = new Task();
    System.arraycopy(cdb, 0, task.cdb(), 0, cdb.length);
    CdbBuffers buffers = new CdbBuffers(new byte[0], 4096, 4096, Long.MAX_VALUE);
    task.begin(nexus, cdb.length, buffers);
    unit.execute(task);
    return ByteBuffer.wrap(task.status() == Status.GOOD ? buffers.in() : new byte[4]);
  }

  /** The command that a CDB means. */
  Optional<Row> find(byte[] cdb) {
    return rows.stream().filter(row -> row.isMeantBy(cdb)).findFirst();
  }

  /** Whether there is any command with the operation code. */
  boolean has(int code) {
    return rows.stream().anyMatch(row -> row.code == code);
  }

  /**
   * Makes a CDB, most often one that means something.
   *
   * @param bytes what it is made of
   */
  byte[] make(IntSupplier bytes) {
    int style = bytes.getAsInt();
    Row row = rows.get(bytes.getAsInt() % rows.size());
    byte[] cdb = new byte[row.usage.size()];
    if (style >= 240) {
      for (int i = 0; i < cdb.length; i++) {
        cdb[i] = (byte) bytes.getAsInt();
      }
      return cdb;
    }
    boolean every = (style & 1) != 0;
    for (int i = 1; i < cdb.length; i++) {
      if (every || matters(cdb.length, i, style)) {
        cdb[i] = (byte) (bytes.getAsInt() & row.usage.get(i));
      }
    }
    cdb[0] = (byte) row.code;
    if (row.serviceAction >= 0) {
      cdb[1] = (byte) ((cdb[1] & ~SERVICE_ACTION) | row.serviceAction);
    }
    if ((style & 14) == 14) {
      cdb[bytes.getAsInt() % cdb.length] ^= (byte) (1 << bytes.getAsInt() % 8);
    }
    return style >= 224 ? Arrays.copyOf(cdb, 1 + bytes.getAsInt() % MAX_SIZE) : cdb;
  }

  /** Flags, pages and the low bytes of addresses and lengths, where most commands have them. */
  private static boolean matters(int length, int at, int style) {
    return switch (at) {
      case 1 -> (style & 2) != 0;
      case 2 -> (style & 4) != 0;
      case 3 -> length == 6;
      case 4 -> length == 6 || (style & 4) != 0;
      case 5 -> length < 16;
      case 7 -> (style & 8) != 0 && length == 10;
      case 8 -> length == 10;
      case 9 -> length > 10;
      case 12 -> (style & 8) != 0 && length == 16;
      case 13 -> length == 16;
      default -> false;
    };
  }
}
