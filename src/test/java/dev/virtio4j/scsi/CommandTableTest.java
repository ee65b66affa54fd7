package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The command table")
class CommandTableTest {
  private static final int COMMANDS = 54;

  private final Initiator initiator = new Initiator(TestDisk.of(1 << 20).unit());

  private String report(int option, int code, int action) {
    return initiator
        .run("A3 0C %02X %02X %04X 00001000 00 00".formatted(option, code, action))
        .hex();
  }

  @Test
  @DisplayName("REPORT SUPPORTED OPERATION CODES lists every command, with its service action")
  void all() {
    String list = report(0, 0, 0);
    assertThat(list).hasSize(2 * (4 + 8 * COMMANDS)).startsWith("%08x".formatted(8 * COMMANDS));
    assertThat(list)
        .contains("000000000000" + "0006") // TEST UNIT READY
        .contains("280000000000" + "000a") // READ (10)
        .contains("9e0000100001" + "0010") // READ CAPACITY (16)
        .contains("a300000c0001" + "000c");
  }

  @Test
  @DisplayName("REPORT SUPPORTED OPERATION CODES lists timeouts if it is asked to")
  void allWithTimeouts() {
    String list = report(0x80, 0, 0);
    assertThat(list).hasSize(2 * (4 + 20 * COMMANDS));
    assertThat(list).contains("280000000002" + "000a" + "000a" + "00".repeat(10));
    assertThat(report(0x81, 0x00, 0))
        .isEqualTo("00830006" + "00".repeat(6) + "000a" + "00".repeat(10));
  }

  @ParameterizedTest(name = "option {0}, code {1}, action {2}: {3}")
  @CsvSource({
    "1, 28, 0, 0003000a 28 18 ffffffff 00 ffff 00",
    "1, 12, 0, 00030006 12 01 ff ffff 00",
    "1, 29, 0, 00010000",
    "2, 9E, 10, 00030010 9e 10 0000000000000000 ffffffff 0000",
    "2, 9E, 11, 00010000",
    "2, 9E, 12, 00030010 9e 12 ffffffffffffffff ffffffff 0000",
    "2, A3, C, 0003000c a3 0c 87 ff ffff ffffffff 0000",
    "2, 7F, 1, 00010000",
    "3, 9E, 10, 00030010 9e 10 0000000000000000 ffffffff 0000",
    "3, 00, 0, 00030006 00 00000000 00",
    "3, 00, 1, 00010000",
  })
  @DisplayName("REPORT SUPPORTED OPERATION CODES says of one command which bits of the CDB it uses")
  void one(int option, String code, String action, String expected) {
    assertThat(report(option, Integer.parseInt(code, 16), Integer.parseInt(action, 16)))
        .isEqualTo(expected.replace(" ", ""));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "A3 0C 01 9E 0000 00001000 00 00", // has service actions
    "A3 0C 02 28 0000 00001000 00 00", // has none
    "A3 0C 04 28 0000 00001000 00 00",
  })
  @DisplayName("REPORT SUPPORTED OPERATION CODES refuses an option that doesn't fit the command")
  void badOption(String cdb) {
    Initiator.Result result = initiator.run(cdb);
    assertThat(result.why()).isEqualTo("5/24/00");
    assertThat(result.field()).isEqualTo("byte 2 bit 2");
  }

  @Test
  @DisplayName("each bit that a command doesn't use is refused, and pointed to")
  void reservedBits() {
    byte[] list = initiator.run("A3 0C 00 00 0000 00001000 00 00").data();
    int checked = 0;
    for (int at = 4; at < list.length; at += 8) {
      int action = list[at + 3];
      String code = "%02X".formatted(list[at]);
      String one = initiator.run("A3 0C 03 %s %04X 00001000 00 00".formatted(code, action)).hex();
      byte[] usage = HexFormat.of().parseHex(one.substring(8));
      for (int bit = 8; bit < 8 * usage.length; bit++) {
        int inByte = 7 - bit % 8;
        boolean isAction = bit / 8 == 1 && inByte < 5 && (list[at + 5] & 1) != 0;
        boolean isLunOfScsi2 = list[at] == 0x12 && bit / 8 == 1 && inByte >= 5; // not looked at
        if (!isAction && !isLunOfScsi2 && (usage[bit / 8] & 1 << inByte) == 0) {
          byte[] cdb = new byte[usage.length];
          cdb[0] = list[at];
          cdb[1] = (byte) action;
          cdb[bit / 8] |= (byte) (1 << inByte);
          Initiator.Result result = initiator.run(HexFormat.of().formatHex(cdb));
          assertThat(result.why()).as("command %s", code).isEqualTo("5/24/00");
          assertThat(result.field()).isEqualTo("byte %d bit %d", bit / 8, inByte);
          checked++;
        }
      }
    }
    assertThat(checked).isGreaterThan(500);
  }

  @Test
  @DisplayName(
      "INQUIRY takes a LUN where SCSI-2 had it, as Linux sends it to a target it doesn't know")
  void lunInCdb() {
    assertThat(initiator.run("12 E0 00 0024 00").data()).hasSize(0x24);
  }

  @ParameterizedTest(name = "{0}: {1}, {2}")
  @CsvSource({
    "FF 00 00 00 00 00, 5/20/00, byte 0",
    "7F 00 00 00 00 00 00 18, 5/20/00, byte 0",
    "9E 0F 0000000000000000 00000000 00 00, 5/24/00, byte 1 bit 4",
    "28 00 00000000 00 00, 5/24/00, byte 8", // two bytes are missing
    "00, 5/24/00, byte 1",
    "9E, 5/24/00, byte 1 bit 4",
  })
  @DisplayName("an unknown command, and a CDB that is too short, are refused")
  void unknown(String cdb, String why, String field) {
    Initiator.Result result = initiator.run(cdb);
    assertThat(result.status()).isEqualTo(Status.CHECK_CONDITION);
    assertThat(result.why()).isEqualTo(why);
    assertThat(result.field()).isEqualTo(field);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "00, 6", "1A, 6", "28, 10", "5A, 10", "7F, 16", "88, 16", "9E, 16", "A8, 12", "C0, 16"
  })
  @DisplayName("the length of a CDB goes by the group of its code")
  void cdbLength(String code, int length) {
    assertThat(Task.cdbLength(Integer.parseInt(code, 16))).isEqualTo(length);
  }
}
