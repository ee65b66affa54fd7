package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.MemoryBackend;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A CD-ROM drive reads")
class CdromReadTest {
  private static final int BLOCKS = 60;

  private final byte[] image = TestDiscs.bytes(BLOCKS * 2048);
  private final CdromUnit unit = new CdromUnit(TestDiscs.IDENTITY, new MemoryBackend(image, true));
  private final Initiator initiator = new Initiator(unit);

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "08 000010 03 00",
        "28 00 00000010 00 0003 00",
        "28 18 00000010 00 0003 00", // DPO, FUA
        "A8 00 00000010 00000003 00 00",
        "BE 00 00000010 000003 10 00 00",
        "BE 08 00000010 000003 10 00 00", // expected sector type: mode 1
        "B9 00 00 000210 000213 10 00 00"
      })
  @DisplayName("blocks of 2048 bytes with READ, READ CD and READ CD MSF")
  void blocks(String cdb) {
    Initiator.Result result = initiator.run(cdb);
    assertThat(result.status()).isEqualTo(Status.GOOD);
    assertThat(result.data()).isEqualTo(Arrays.copyOfRange(image, 0x10 * 2048, 0x13 * 2048));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "28 00 0000003C 00 0000 00, byte 2",
    "28 00 0000003B 00 0002 00, byte 7",
    "28 00 FFFFFFFF 00 FFFF 00, byte 2",
    "A8 00 00000000 FFFFFFFF 00 00, byte 6",
    "08 00003C 01 00, byte 1",
    "BE 00 0000003B 000002 10 00 00, byte 6",
    "BE 00 FFFFFFFF 000001 10 00 00, byte 2",
    "B9 00 00 00023C 00023D 10 00 00, byte 3",
    "B9 00 00 00023B 00023D 10 00 00, byte 6",
  })
  @DisplayName("nothing beyond the end")
  void outOfRange(String cdb, String field) {
    Initiator.Result result = initiator.run(cdb);
    assertThat(result.why()).isEqualTo("5/21/00");
    assertThat(result.field()).isEqualTo(field);
    assertThat(result.moved()).isZero();
  }

  @Test
  @DisplayName("as much as there is room for, and says what is missing")
  void shortBuffer() {
    Initiator.Result result = initiator.in("28 00 00000000 00 0002 00", 3000);
    assertThat(result.moved()).isEqualTo(3000);
    assertThat(result.shortfall()).isEqualTo(1096);
  }

  @ParameterizedTest(name = "{0}: {1} {2}")
  @CsvSource({
    "BE 04 00000000 000001 10 00 00, 5/64/00, -", // CD-DA
    "BE 00 00000000 000001 F8 00 00, 5/24/00, byte 9 bit 7", // all of 2352 bytes
    "BE 00 00000000 000001 10 01 00, 5/24/00, byte 10 bit 0", // sub-channel
    "B9 00 00 000160 000200 10 00 00, 5/24/00, byte 3", // 96 seconds
    "B9 00 00 000149 000200 10 00 00, 5/24/00, byte 3", // before block 0
    "B9 00 00 000201 000200 10 00 00, 5/24/00, byte 6", // backwards
    "B9 00 00 000200 00024B 10 00 00, 5/24/00, byte 6", // 75 frames
  })
  @DisplayName("no sound, no raw sectors, and no addresses that are none")
  void notOfSectors(String cdb, String why, String field) {
    Initiator.Result result = initiator.run(cdb);
    assertThat(result.why()).isEqualTo(why);
    assertThat(result.field()).isEqualTo(field);
  }

  @Test
  @DisplayName("nothing of a sector if READ CD wants nothing of it")
  void nothingWanted() {
    Initiator.Result result = initiator.run("BE 00 00000000 000001 00 00 00");
    assertThat(result.status()).isEqualTo(Status.GOOD);
    assertThat(result.moved()).isZero();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"BE 00 00000000 000001 10 00 00", "B9 00 00 000200 000201 10 00 00"})
  @DisplayName("no DVD with the commands for CDs")
  void readCdOnDvd(String cdb) {
    Initiator dvd = new Initiator(TestDiscs.driveWithLarge(360_001));
    assertThat(dvd.run(cdb).why()).isEqualTo("5/30/02");
  }

  @Test
  @DisplayName("zeroes after an image that ends within a block")
  void lastBlock() {
    byte[] odd = TestDiscs.bytes(2 * 2048 + 512);
    Initiator padded =
        new Initiator(new CdromUnit(TestDiscs.IDENTITY, new MemoryBackend(odd, true)));
    assertThat(padded.run("25 00 00000000 0000 00 00").hex()).isEqualTo("0000000200000800");
    assertThat(padded.run("28 00 00000001 00 0002 00").data())
        .isEqualTo(Arrays.copyOfRange(odd, 2048, 3 * 2048));
    assertThat(padded.run("28 00 00000003 00 0001 00").why()).isEqualTo("5/21/00");
  }

  @Test
  @DisplayName("and reports a failure of the host as a medium error, with the block")
  void readError() {
    TestDisk disc = TestDiscs.large(BLOCKS);
    disc.badByte = 5 * 2048 + 100;
    Initiator.Result result =
        new Initiator(new CdromUnit(TestDiscs.IDENTITY, disc)).run("28 00 00000003 00 0008 00");
    assertThat(result.why()).isEqualTo("3/11/00");
    assertThat(HexFormat.of().formatHex(result.sense(), 0, 7)).isEqualTo("f0000300000005");
    assertThat(result.hostFailure()).hasMessage("bad byte");
  }

  @ParameterizedTest(name = "{0} blocks: {1}")
  @CsvSource({"1, 00000000", "360000, 00057e3f", "5000000000, ffffffff"})
  @DisplayName("its capacity, as far as 32 bits go")
  void capacity(long blocks, String last) {
    assertThat(
            new Initiator(TestDiscs.driveWithLarge(blocks)).run("25 00 00000000 0000 00 00").hex())
        .isEqualTo(last + "00000800");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"2A 00 00000000 00 0001 00", "35 00 00000000 00 0000 00"})
  @DisplayName("and has no command that writes")
  void doesNotWrite(String cdb) {
    assertThat(initiator.out(cdb, new byte[2048]).why()).isEqualTo("5/20/00");
  }
}
