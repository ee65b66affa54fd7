package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("INQUIRY")
class InquiryTest {
  private final TestDisk disk = TestDisk.of(1 << 20);
  private final Initiator initiator = new Initiator(disk.unit());

  private static String text(Initiator.Result result, int from, int to) {
    return new String(result.data(), from, to - from, StandardCharsets.US_ASCII);
  }

  @Test
  @DisplayName("says that this is a disk, of which texts, and what it is called")
  void standard() {
    Initiator.Result result = initiator.run("12 00 00 00 FF 00");
    assertThat(result.status()).isEqualTo(Status.GOOD);
    assertThat(result.data()).hasSize(96);
    assertThat(result.hex()).startsWith("000006125b000002");
    assertThat(text(result, 8, 36)).isEqualTo("VIRTIO4JDISK            0001");
    assertThat(result.hex().substring(2 * 58, 2 * 64)).isEqualTo("00a0046004c0");
  }

  @ParameterizedTest(name = "{0} bytes")
  @CsvSource({"0", "5", "36", "95", "96"})
  @DisplayName("is cut to the allocation length, and keeps its length field")
  void allocationLength(int length) {
    Initiator.Result whole = initiator.run("12 00 00 00 FF 00");
    Initiator.Result cut = initiator.run("12 00 00 00 %02X 00".formatted(length));
    assertThat(cut.status()).isEqualTo(Status.GOOD);
    assertThat(cut.moved()).isEqualTo(length);
    assertThat(cut.shortfall()).isZero();
    assertThat(cut.hex()).isEqualTo(whole.hex().substring(0, 2 * length));
  }

  @Test
  @DisplayName(
      "fills a buffer that is shorter than the allocation length, and says what is missing")
  void shortBuffer() {
    Initiator.Result result = initiator.in("12 00 00 00 FF 00", 40);
    assertThat(result.status()).isEqualTo(Status.GOOD);
    assertThat(result.moved()).isEqualTo(40);
    assertThat(result.shortfall()).isEqualTo(56);
  }

  @Test
  @DisplayName("page 00 lists the pages, and each of them is there")
  void supportedPages() {
    Initiator.Result result = initiator.run("12 01 00 00 FF 00");
    assertThat(result.hex()).isEqualTo("00000006" + "008083b0b1b2");
    for (int i = 4; i < result.data().length; i++) {
      String code = "%02x".formatted(result.data()[i]);
      Initiator.Result page = initiator.run("12 01 " + code + " 00 FF 00");
      assertThat(page.status()).isEqualTo(Status.GOOD);
      assertThat(page.hex()).startsWith("00" + code);
      assertThat(page.number(2, 2)).isEqualTo(page.data().length - 4);
    }
  }

  @Test
  @DisplayName("page 80 is the serial number")
  void serialNumber() {
    assertThat(text(initiator.run("12 01 80 00 FF 00"), 4, 12)).isEqualTo("serial-1");
  }

  @Test
  @DisplayName("page 83 has a T10 and an NAA designator, which go by the serial number alone")
  void designators() {
    Initiator.Result result = initiator.run("12 01 83 00 FF 00");
    assertThat(result.hex()).startsWith("00830030" + "02010020");
    assertThat(text(result, 8, 40)).isEqualTo("VIRTIO4JDISK            serial-1");
    // Stable from version to version: printf 'VIRTIO4JDISK            serial-1' | sha256sum
    assertThat(result.hex().substring(2 * 40)).isEqualTo("01030008" + "3644fd2dcab4eabf");

    Initiator.Result same =
        new Initiator(TestDisk.of(512).unit("serial-1", new BlockLayout(512, 4096, 0, 0)))
            .run("12 01 83 00 FF 00");
    Initiator.Result other =
        new Initiator(disk.unit("serial-2", new BlockLayout(512, 512, 0, 0)))
            .run("12 01 83 00 FF 00");
    assertThat(same.hex()).isEqualTo(result.hex());
    assertThat(other.hex().substring(2 * 44)).isNotEqualTo(result.hex().substring(2 * 44));
  }

  @Test
  @DisplayName("without a serial number there is no page 80, and no designator that could be wrong")
  void noSerial() {
    Initiator nameless = new Initiator(disk.unit("", new BlockLayout(512, 512, 0, 0)));
    assertThat(nameless.run("12 01 00 00 FF 00").hex()).isEqualTo("00000005" + "0083b0b1b2");
    assertThat(nameless.run("12 01 83 00 FF 00").hex()).isEqualTo("00830000");
    assertThat(nameless.run("12 01 80 00 FF 00").why()).isEqualTo("5/24/00");
  }

  @ParameterizedTest(name = "blocks of {0} bytes, physically {1}")
  @CsvSource({
    "512, 512, 128, 131072, 2097152, 8",
    "512, 65536, 128, 131072, 2097152, 128",
    "4096, 4096, 16, 16384, 262144, 1",
  })
  @DisplayName("page B0 has the limits of the commands and the sizes of good transfers, in blocks")
  void blockLimits(
      int logical, int physical, int compare, int transfer, int unmap, int granularity) {
    BlockLayout layout = new BlockLayout(logical, physical, 8 * logical, 256 * logical);
    Initiator.Result page = new Initiator(disk.unit("x", layout)).run("12 01 B0 00 FF 00");
    assertThat(page.data()).hasSize(64);
    assertThat(page.number(4, 1)).as("WSNZ").isZero();
    assertThat(page.number(5, 1)).as("COMPARE AND WRITE").isEqualTo(compare);
    assertThat(page.number(6, 2)).as("granularity of transfers").isEqualTo(8);
    assertThat(page.number(8, 4)).as("most in a transfer").isEqualTo(transfer);
    assertThat(page.number(12, 4)).as("best transfer").isEqualTo(256);
    assertThat(page.number(16, 4)).as("PRE-FETCH").isZero();
    assertThat(page.number(20, 4)).as("UNMAP: blocks").isEqualTo(unmap);
    assertThat(page.number(24, 4)).as("UNMAP: descriptors").isEqualTo(255);
    assertThat(page.number(28, 4)).as("UNMAP: granularity").isEqualTo(granularity);
    assertThat(page.number(32, 4)).as("UNMAP: aligned at 0").isEqualTo(0x8000_0000L);
    assertThat(page.number(36, 8)).as("WRITE SAME").isEqualTo(transfer);
  }

  @Test
  @DisplayName("page B2 says how blocks are unmapped, and that they read as zeroes then")
  void provisioning() {
    assertThat(initiator.run("12 01 B2 00 FF 00").hex()).isEqualTo("00b20004" + "00e40200");
  }

  @Test
  @DisplayName("with discard=ignore the disk is fully provisioned: Linux doesn't unmap")
  void noProvisioning() {
    disk.discard = false;
    Initiator other = new Initiator(disk.unit());
    assertThat(other.run("12 01 B2 00 FF 00").hex()).isEqualTo("00b20004" + "00000000");
    assertThat(other.run("12 01 B0 00 FF 00").hex().substring(2 * 20, 2 * 36))
        .isEqualTo("00".repeat(16));
    assertThat(other.run("9E 10 0000000000000000 00000020 00 00").number(12, 4)).isZero();
  }

  @Test
  @DisplayName("page B1 says that nothing rotates")
  void characteristics() {
    Initiator.Result page = initiator.run("12 01 B1 00 FF 00");
    assertThat(page.data()).hasSize(64);
    assertThat(page.number(4, 2)).isEqualTo(1);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"12 01 7F 00 FF 00", "12 00 80 00 FF 00"})
  @DisplayName("an unknown page, or a page without EVPD, is an invalid field: byte 2")
  void unknownPage(String cdb) {
    Initiator.Result result = initiator.run(cdb);
    assertThat(result.status()).isEqualTo(Status.CHECK_CONDITION);
    assertThat(result.why()).isEqualTo("5/24/00");
    assertThat(result.field()).isEqualTo("byte 2");
    assertThat(result.moved()).isZero();
  }

  @Test
  @DisplayName("a name that is too long or not ASCII is refused")
  void badIdentity() {
    assertThatThrownBy(() -> UnitIdentity.ofDisk("x".repeat(37)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("serial=xxx")
        .hasMessageContaining("36");
    assertThatThrownBy(() -> new UnitIdentity("v", "p\u00E4", "1", ""))
        .hasMessageStartingWith("product=");
  }

  @Test
  @DisplayName("blocks of a size that no disk has are refused")
  void badLayout() {
    assertThatThrownBy(() -> new BlockLayout(1024, 1024, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1024");
    assertThatThrownBy(() -> new BlockLayout(4096, 512, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new BlockLayout(512, 512, 100, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new BlockLayout(512, 512, 0, -512))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
