package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("SPC-4 and SBC-3: commands in the presence of reservations")
class ReservationConflictTest {
  private static final long KEY = 0x1234;
  private static final long OTHER_KEY = 0x5678;

  /** A disk that somebody has, and another initiator. */
  private static final class Scene {
    private final DiskUnit unit = TestDisk.of(1 << 20).unit();
    private final Initiator holder = new Initiator(unit);
    private final Initiator other = new Initiator(unit);

    /** What the other gets: a minus for a reservation conflict, a plus for anything else. */
    private char outcome(String cdb) {
      Status status = other.run(cdb, new byte[4096], 4096).status();
      return status == Status.RESERVATION_CONFLICT ? '-' : '+';
    }
  }

  private static char persistent(int type, boolean registered, String cdb) {
    Scene scene = new Scene();
    PersistentReserve.register(scene.holder, KEY);
    if (registered) {
      PersistentReserve.register(scene.other, OTHER_KEY);
    }
    PersistentReserve.reserve(scene.holder, KEY, type);
    return scene.outcome(cdb);
  }

  // The columns are those of the table in SPC-4: write exclusive and exclusive access, whether or
  // not one is registered; then the types for registrants, for who is registered, and for who is
  // not, with write exclusive and exclusive access. The last is RESERVE (SPC-2).
  @ParameterizedTest(name = "{0}: {2}")
  @CsvSource({
    "TEST UNIT READY, 00 00 00 00 00 00, + + + + + -",
    "REQUEST SENSE, 03 00 00 00 FF 00, + + + + + +",
    "READ (6), 08 00 00 00 01 00, + - + + - -",
    "WRITE (6), 0A 00 00 00 01 00, - - + - - -",
    "INQUIRY, 12 00 00 00 FF 00, + + + + + +",
    "MODE SELECT (6), 15 10 00 00 00 00, - - + - - -",
    "MODE SENSE (6), 1A 00 3F 00 FF 00, + - + + - -",
    "START STOP UNIT that starts, 1B 00 00 00 01 00, + + + + + +",
    "START STOP UNIT that stops, 1B 00 00 00 00 00, - - + - - -",
    "PREVENT ALLOW that allows, 1E 00 00 00 00 00, + + + + + +",
    "PREVENT ALLOW that prevents, 1E 00 00 00 01 00, - - + - - -",
    "READ CAPACITY (10), 25 00 00000000 0000 00 00, + + + + + +",
    "READ (10), 28 00 00000000 00 0001 00, + - + + - -",
    "WRITE (10), 2A 00 00000000 00 0001 00, - - + - - -",
    "WRITE AND VERIFY (10), 2E 00 00000000 00 0001 00, - - + - - -",
    "VERIFY (10), 2F 00 00000000 00 0001 00, + - + + - -",
    "PRE-FETCH (10), 34 00 00000000 00 0001 00, + - + + - -",
    "SYNCHRONIZE CACHE (10), 35 00 00000000 00 0000 00, - - + - - -",
    "WRITE SAME (10), 41 00 00000000 00 0001 00, - - + - - -",
    "UNMAP, 42 00 00000000 00 0000 00, - - + - - -",
    "LOG SENSE, 4D 00 40 00 00 0000 00FF 00, + + + + + +",
    "XDWRITEREAD (10), 53 00 00000000 00 0001 00, - - + - - -",
    "MODE SELECT (10), 55 10 0000000000 0000 00, - - + - - -",
    "MODE SENSE (10), 5A 00 3F 00 000000 00FF 00, + - + + - -",
    "READ KEYS, 5E 00 0000000000 0100 00, + + + + + -",
    "READ FULL STATUS, 5E 03 0000000000 0100 00, + + + + + -",
    "READ (16), 88 00 0000000000000000 00000001 00 00, + - + + - -",
    "COMPARE AND WRITE, 89 00 0000000000000000 000000 01 00 00, - - + - - -",
    "WRITE (16), 8A 00 0000000000000000 00000001 00 00, - - + - - -",
    "WRITE SAME (16), 93 00 0000000000000000 00000001 00 00, - - + - - -",
    "READ CAPACITY (16), 9E 10 0000000000000000 00000020 00 00, + + + + + +",
    "GET LBA STATUS, 9E 12 0000000000000000 00000020 00 00, + - + + - -",
    "REPORT LUNS, A0 00 00 000000 00000010 00 00, + + + + + +",
    "REPORT SUPPORTED OPERATION CODES, A3 0C 00 00 0000 00001000 00 00, + - + + - -",
    "REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS, A3 0D 00 000000 00000010 00 00, + - + + - -",
    "READ (12), A8 00 00000000 00000001 00 00, + - + + - -",
    "WRITE (12), AA 00 00000000 00000001 00 00, - - + - - -",
  })
  void table(String name, String cdb, String columns) {
    String outcomes =
        "%s %s %s %s %s %s"
            .formatted(
                bothRegisteredOrNot(PersistentReserve.WRITE_EXCLUSIVE, cdb),
                bothRegisteredOrNot(PersistentReserve.EXCLUSIVE_ACCESS, cdb),
                bothForRegistrants(
                    PersistentReserve.EXCLUSIVE_ACCESS_REGISTRANTS_ONLY,
                    PersistentReserve.EXCLUSIVE_ACCESS_ALL_REGISTRANTS,
                    true,
                    cdb),
                bothForRegistrants(
                    PersistentReserve.WRITE_EXCLUSIVE_REGISTRANTS_ONLY,
                    PersistentReserve.WRITE_EXCLUSIVE_ALL_REGISTRANTS,
                    false,
                    cdb),
                bothForRegistrants(
                    PersistentReserve.EXCLUSIVE_ACCESS_REGISTRANTS_ONLY,
                    PersistentReserve.EXCLUSIVE_ACCESS_ALL_REGISTRANTS,
                    false,
                    cdb),
                reserved(cdb));
    assertThat(outcomes).as(name).isEqualTo(columns);
  }

  private static char bothRegisteredOrNot(int type, String cdb) {
    char outcome = persistent(type, false, cdb);
    assertThat(persistent(type, true, cdb)).isEqualTo(outcome);
    return outcome;
  }

  private static char bothForRegistrants(int only, int all, boolean registered, String cdb) {
    char outcome = persistent(only, registered, cdb);
    assertThat(persistent(all, registered, cdb)).isEqualTo(outcome);
    return outcome;
  }

  private static char reserved(String cdb) {
    Scene scene = new Scene();
    scene.holder.run("16 00 00 00 00 00");
    return scene.outcome(cdb);
  }
}
