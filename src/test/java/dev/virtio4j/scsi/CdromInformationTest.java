package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A CD-ROM drive says of")
class CdromInformationTest {
  /** 1000h blocks: 54 seconds and 46 frames. */
  private final Initiator cd = new Initiator(TestDiscs.driveWithLarge(0x1000));

  private final Initiator dvd = new Initiator(TestDiscs.driveWithLarge(2_000_000));
  private final Initiator empty = new Initiator(new CdromUnit(TestDiscs.IDENTITY));

  @Test
  @DisplayName("itself that it is an MMC device with a removable medium")
  void inquiry() {
    String data = empty.run("12 00 00 0060 00").hex();
    assertThat(data).startsWith("058006125b000002");
    assertThat(data).contains("564952 54494f344a 43442d524f4d".replace(" ", "")); // VIRTIO4JCD-ROM
    assertThat(data).contains("00a0" + "0460" + "04e0"); // SAM-5, SPC-4, MMC-6
    assertThat(empty.run("12 01 00 0060 00").hex()).isEqualTo("0500000300" + "8083");
    assertThat(empty.run("12 01 80 0060 00").hex()).isEqualTo("05800004" + "63642d31");
    assertThat(empty.run("12 01 83 0060 00").hex()).startsWith("0583");
    assertThat(empty.run("12 01 B0 0060 00").why()).isEqualTo("5/24/00");
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    // All: track 1 at block 0, the lead-out at its end.
    "43 00 00 000000 00 FFFF 00, 0012 0101  00140100 00000000  0014aa00 00001000",
    "43 00 00 000000 01 FFFF 00, 0012 0101  00140100 00000000  0014aa00 00001000",
    "43 02 00 000000 00 FFFF 00, 0012 0101  00140100 00000200  0014aa00 0000382e",
    // From the lead-out on.
    "43 00 00 000000 AA FFFF 00, 000a 0101  0014aa00 00001000",
    // The length says what there is, whatever there is room for.
    "43 00 00 000000 00 0004 00, 0012 0101",
    "43 00 00 000000 00 000C 00, 0012 0101  00140100 00000000",
    "43 00 00 000000 00 0000 00, ''",
    // The sessions.
    "43 00 01 000000 00 FFFF 00, 000a 0101  00140100 00000000",
    "43 02 01 000000 00 FFFF 00, 000a 0101  00140100 00000200",
    // The sessions, asked for in the old way, which the new one outdoes.
    "43 00 00 000000 00 FFFF 40, 000a 0101  00140100 00000000",
    "43 00 01 000000 00 FFFF 80, 000a 0101  00140100 00000000",
    // All that is in the lead-in, always in MSF.
    "43 00 02 000000 01 FFFF 00, 002e 0101  0114 00a0000000 00010000  0114 00a1000000 00010000"
        + "  0114 00a2000000 0000382e  0114 0001000000 00000200",
  })
  @DisplayName("the disc what its table of contents has")
  void toc(String cdb, String data) {
    assertThat(cd.run(cdb).hex()).isEqualTo(data.replace(" ", ""));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "43 00 00 000000 02 FFFF 00, byte 6", // track 2
    "43 00 02 000000 02 FFFF 00, byte 6", // session 2
    "43 00 05 000000 00 FFFF 00, byte 2 bit 3", // CD-Text
    "43 00 00 000000 00 FFFF C0, byte 9 bit 7",
    "43 01 00 000000 00 FFFF 00, byte 1 bit 0",
  })
  @DisplayName("a table of contents that there isn't that there is none")
  void noToc(String cdb, String field) {
    Initiator.Result result = cd.run(cdb);
    assertThat(result.why()).isEqualTo("5/24/00");
    assertThat(result.field()).isEqualTo(field);
  }

  @Test
  @DisplayName("a DVD that no minutes and seconds reach its end")
  void tocOfDvd() {
    assertThat(dvd.run("43 02 00 000000 AA FFFF 00").hex()).endsWith("00ff3b4a");
    assertThat(dvd.run("43 00 00 000000 AA FFFF 00").hex()).endsWith("001e8480");
  }

  @Test
  @DisplayName("the disc that it is finished")
  void discInformation() {
    String data = "0020" + "0e01010101200000" + "000000000000" + "ff".repeat(8) + "00".repeat(10);
    assertThat(cd.run("51 00 0000000000 FFFF 00").hex()).isEqualTo(data);
    assertThat(cd.run("51 00 0000000000 0002 00").hex()).isEqualTo("0020");
    assertThat(cd.run("51 01 0000000000 FFFF 00").field()).isEqualTo("byte 1 bit 2");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "52 00 00000FFF 00 FFFF 00",
        "52 01 00000001 00 FFFF 00",
        "52 02 00000001 00 FFFF 00"
      })
  @DisplayName("its track that it is all of the disc")
  void trackInformation(String cdb) {
    assertThat(cd.run(cdb).hex())
        .isEqualTo(
            "0022" + "010100040102" + "00".repeat(16) + "00001000" + "00000fff" + "00000000");
  }

  @ParameterizedTest(name = "{0}: {1} {2}")
  @CsvSource({
    "52 00 00001000 00 FFFF 00, 5/21/00, byte 2",
    "52 01 00000002 00 FFFF 00, 5/24/00, byte 2",
    "52 01 00000000 00 FFFF 00, 5/24/00, byte 2",
    "52 02 00000002 00 FFFF 00, 5/24/00, byte 2",
    "52 03 00000001 00 FFFF 00, 5/24/00, byte 1 bit 1",
  })
  @DisplayName("tracks that there aren't that there are none")
  void noTrack(String cdb, String why, String field) {
    Initiator.Result result = cd.run(cdb);
    assertThat(result.why()).isEqualTo(why);
    assertThat(result.field()).isEqualTo(field);
  }

  @Test
  @DisplayName("a DVD which physical format it has, and that it isn't protected")
  void discStructure() {
    Initiator.Result format = dvd.run("AD 00 00000000 00 00 FFFF 00 00");
    assertThat(format.data()).hasSize(2052);
    assertThat(format.hex()).startsWith("08020000" + "010f0100" + "00030000" + "0021847f");
    assertThat(dvd.run("AD 00 00000000 00 01 FFFF 00 00").hex()).isEqualTo("0006000000000000");
    assertThat(dvd.run("AD 00 00000000 00 00 0004 00 00").hex()).isEqualTo("08020000");
    // More than there are numbers for.
    assertThat(
            new Initiator(TestDiscs.driveWithLarge(1 << 25))
                .in("AD 00 00000000 00 00 0010 00 00", 16)
                .hex())
        .endsWith("00ffffff");
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "AD 01 00000000 00 00 FFFF 00 00, byte 1 bit 3", // BD
    "AD 00 00000000 00 03 FFFF 00 00, byte 7",
    "AD 00 00000000 01 00 FFFF 00 00, byte 6", // layer 1
  })
  @DisplayName("a DVD's structures that it hasn't that there are none")
  void noDiscStructure(String cdb, String field) {
    Initiator.Result result = dvd.run(cdb);
    assertThat(result.why()).isEqualTo("5/24/00");
    assertThat(result.field()).isEqualTo(field);
  }

  @Test
  @DisplayName("a CD that it has no structures of a DVD")
  void discStructureOfCd() {
    assertThat(cd.run("AD 00 00000000 00 00 FFFF 00 00").why()).isEqualTo("5/30/02");
  }

  private static final String CORE = "00010b08" + "0000000101000000";
  private static final String MORPHING = "00020704" + "02000000";
  private static final String REMOVABLE = "00030b04" + "39000000";

  private static String configuration(int profile, String rest) {
    String profiles =
        "0000"
            + "0308"
            + "0010%s00".formatted(profile == 0x10 ? "01" : "00")
            + "0008%s00".formatted(profile == 0x08 ? "01" : "00");
    String features = "0000%04x".formatted(profile) + profiles + CORE + MORPHING + REMOVABLE + rest;
    return "%08x".formatted(features.length() / 2) + features;
  }

  @Test
  @DisplayName("itself what it can do, by the profile of what is in it")
  void configuration() {
    String all = "46 00 0000 000000 FFFF 00";
    assertThat(cd.run(all).hex())
        .isEqualTo(
            configuration(
                0x08,
                "00100108"
                    + "0000080000010100"
                    + "001e0904"
                    + "00000000"
                    + "001f0404"
                    + "00000000"));
    assertThat(dvd.run(all).hex())
        .isEqualTo(
            configuration(
                0x10,
                "00100108"
                    + "0000080000010100"
                    + "001e0804"
                    + "00000000"
                    + "001f0504"
                    + "00000000"));
    assertThat(empty.run(all).hex())
        .isEqualTo(
            configuration(
                0x00,
                "00100008"
                    + "0000080000010100"
                    + "001e0804"
                    + "00000000"
                    + "001f0404"
                    + "00000000"));
  }

  @Test
  @DisplayName("itself only what can be done with what is in it, if asked for that")
  void currentFeatures() {
    String current = "46 01 0000 000000 FFFF 00";
    assertThat(empty.run(current).hex()).isEqualTo(configuration(0x00, ""));
    assertThat(cd.run(current).hex())
        .isEqualTo(configuration(0x08, "00100108" + "0000080000010100" + "001e0904" + "00000000"));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "46 02 0003 000000 FFFF 00, 0000000c 00000008 00030b04 39000000",
    "46 02 0020 000000 FFFF 00, 00000004 00000008", // not there
    "46 00 001E 000000 FFFF 00, 00000014 00000008 001e0904 00000000 001f0404 00000000",
    "46 00 0020 000000 FFFF 00, 00000004 00000008",
    "46 00 0000 000000 0008 00, 00000048 00000008", // what there is, not what there is room for
    "46 00 0000 000000 0000 00, ''",
  })
  @DisplayName("one feature, or those from one on")
  void feature(String cdb, String data) {
    assertThat(cd.run(cdb).hex()).isEqualTo(data.replace(" ", ""));
  }

  @Test
  @DisplayName("no type of request that there isn't")
  void wrongRequestedType() {
    Initiator.Result result = cd.run("46 03 0000 000000 FFFF 00");
    assertThat(result.why()).isEqualTo("5/24/00");
    assertThat(result.field()).isEqualTo("byte 1 bit 1");
  }

  @Test
  @DisplayName("itself which commands it has")
  void operationCodes() {
    assertThat(cd.run("A3 0C 01 43 0000 00001000 00 00").hex())
        .isEqualTo("0003000a" + "43020f000000ffffffc0");
    assertThat(cd.run("A3 0C 00 00 0000 00001000 00 00").hex()).contains("be0000000000000c");
    assertThat(cd.run("A0 00 00 000000 00000010 00 00").hex())
        .isEqualTo("0000000800000000" + "0000000000000000");
  }

  @Test
  @DisplayName("any CDB what is wrong with it, whatever is in the drive")
  void anyCdb() {
    Random random = new Random(1);
    Initiator small = new Initiator(new CdromUnit(TestDiscs.IDENTITY, TestDiscs.cd(60)));
    byte[] cdb = new byte[16];
    for (int i = 0; i < 50_000; i++) {
      random.nextBytes(cdb);
      // Half of the bytes are 0, or too little of what is sent would get past the reserved fields.
      for (int at = 1; at < cdb.length; at++) {
        cdb[at] &= (byte) (random.nextBoolean() ? 0xFF : 0);
      }
      String hex = HexFormat.of().formatHex(cdb);
      for (Initiator each : List.of(small, empty)) {
        assertThat(each.in(hex, 100).status()).as(hex).isIn(Status.GOOD, Status.CHECK_CONDITION);
      }
    }
  }
}
