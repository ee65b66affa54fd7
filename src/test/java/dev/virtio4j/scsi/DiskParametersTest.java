package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Capacity, mode pages and LUNs")
class DiskParametersTest {
  private static final long HUGE = 0x1_0000_0001L * 512;

  private static final String CACHING_ON = "0812" + "04" + "00".repeat(17);
  private static final String CACHING_OFF = "0812" + "00".repeat(18);
  private static final String CONTROL = "0a0a" + "00".repeat(10);
  private static final String CONTROL_CHANGES = "0a0a" + "040008" + "00".repeat(7);
  private static final String RECOVERY = "010a" + "00".repeat(10);
  private static final String EXCEPTIONS = "1c0a" + "00".repeat(10);

  private final TestDisk disk = TestDisk.of(1 << 20);
  private final Initiator initiator = new Initiator(disk.unit());

  @Test
  @DisplayName("READ CAPACITY gives the last block and the size of a block")
  void capacity() {
    assertThat(initiator.run("25 00 00000000 0000 00 00").hex()).isEqualTo("000007ff00000200");
    assertThat(initiator.run("9E 10 0000000000000000 00000020 00 00").hex())
        .isEqualTo("00000000000007ff00000200" + "0000c000" + "00".repeat(16));
  }

  @Test
  @DisplayName("READ CAPACITY (10) of more than 2^32 blocks says that (16) is needed")
  void hugeCapacity() {
    Initiator huge = new Initiator(TestDisk.of(HUGE).unit());
    assertThat(huge.run("25 00 00000000 0000 00 00").hex()).isEqualTo("ffffffff00000200");
    assertThat(huge.run("9E 10 0000000000000000 0000000C 00 00").hex())
        .isEqualTo("000000010000000000000200");
  }

  @Test
  @DisplayName("READ CAPACITY (16) gives the size of a physical block")
  void physicalBlocks() {
    Initiator other = new Initiator(disk.unit("", new BlockLayout(512, 4096, 0, 0)));
    assertThat(other.run("9E 10 0000000000000000 00000020 00 00").hex().substring(24, 32))
        .isEqualTo("0003c000");
    Initiator large = new Initiator(disk.unit(4096));
    assertThat(large.run("25 00 00000000 0000 00 00").hex()).isEqualTo("000000ff00001000");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "1A 08 08 00 FF 00, caching",
    "1A 08 0A 00 FF 00, control",
    "1A 08 3F 00 FF 00, recovery caching control exceptions",
    "1A 08 3F FF FF 00, recovery caching control exceptions",
    "1A 08 01 00 FF 00, recovery",
    "1A 08 1C 00 FF 00, exceptions",
    "1A 08 08 FF FF 00, caching",
    "1A 08 88 00 FF 00, caching", // defaults
    "1A 08 7F 00 FF 00, recovery fixed changes exceptions",
    "1A 08 48 00 FF 00, fixed",
  })
  @DisplayName("MODE SENSE (6) gives the pages that it is asked for")
  void pages(String cdb, String expected) {
    String pages =
        expected
            .replace("recovery", RECOVERY)
            .replace("fixed", CACHING_OFF)
            .replace("caching", CACHING_ON)
            .replace("changes", CONTROL_CHANGES)
            .replace("control", CONTROL)
            .replace("exceptions", EXCEPTIONS)
            .replace(" ", "");
    assertThat(initiator.run(cdb).hex())
        .isEqualTo("%02x".formatted(3 + pages.length() / 2) + "001000" + pages);
  }

  @Test
  @DisplayName("the caching page follows the switch, its default doesn't")
  void writeCache() {
    disk.cacheOn = false;
    assertThat(initiator.run("1A 08 08 00 FF 00").hex()).endsWith(CACHING_OFF);
    assertThat(initiator.run("1A 08 88 00 FF 00").hex()).endsWith(CACHING_ON);
  }

  @Test
  @DisplayName("MODE SENSE has a block descriptor unless DBD is set, and a long one with LLBAA")
  void blockDescriptors() {
    assertThat(initiator.run("1A 00 0A 00 FF 00").hex())
        .isEqualTo("17001008" + "0000080000000200" + CONTROL);
    assertThat(initiator.run("5A 00 0A 00 000000 00FF 00").hex())
        .isEqualTo("001a001000000008" + "0000080000000200" + CONTROL);
    assertThat(initiator.run("5A 10 0A 00 000000 00FF 00").hex())
        .isEqualTo("0022001001000010" + "00000000000008000000000000000200" + CONTROL);
    assertThat(initiator.run("5A 18 0A 00 000000 00FF 00").hex())
        .isEqualTo("0012001000000000" + CONTROL);
  }

  @Test
  @DisplayName("a short block descriptor of more than 2^32 - 1 blocks has all ones")
  void hugeBlockDescriptor() {
    Initiator huge = new Initiator(TestDisk.of(HUGE).unit());
    assertThat(huge.run("1A 00 0A 00 0C 00").hex()).endsWith("ffffffff00000200");
    assertThat(huge.run("5A 10 0A 00 000000 0018 00").hex())
        .endsWith("00000001000000010000000000000200");
  }

  @Test
  @DisplayName("MODE SENSE of a read-only disk says that it is write-protected")
  void writeProtected() {
    Initiator readOnly = new Initiator(new TestDisk(1 << 20, true).unit());
    assertThat(readOnly.run("1A 08 0A 00 FF 00").hex()).startsWith("0f009000");
    assertThat(readOnly.run("5A 08 0A 00 000000 0008 00").hex()).isEqualTo("0012009000000000");
  }

  @ParameterizedTest(name = "{0}: {1}, {2}")
  @CsvSource({
    "1A 08 C8 00 FF 00, 5/39/00, byte 2",
    "1A 08 02 00 FF 00, 5/24/00, byte 2 bit 5",
    "1A 08 08 01 FF 00, 5/24/00, byte 3",
    "5A 08 3F 02 000000 00FF 00, 5/24/00, byte 3",
  })
  @DisplayName("MODE SENSE refuses saved values, and pages that aren't there")
  void refused(String cdb, String why, String field) {
    Initiator.Result result = initiator.run(cdb);
    assertThat(result.status()).isEqualTo(Status.CHECK_CONDITION);
    assertThat(result.why()).isEqualTo(why);
    assertThat(result.field()).isEqualTo(field);
    assertThat(result.moved()).isZero();
  }

  @Test
  @DisplayName("REPORT LUNS reports LUN 0")
  void luns() {
    String lun0 = "0000000800000000" + "0000000000000000";
    assertThat(initiator.run("A0 00 00 000000 00000010 00 00").hex()).isEqualTo(lun0);
    assertThat(initiator.run("A0 00 02 000000 00000100 00 00").hex()).isEqualTo(lun0);
    assertThat(initiator.run("A0 00 01 000000 00000010 00 00").hex()).isEqualTo("00".repeat(8));
    assertThat(initiator.run("A0 00 03 000000 00000010 00 00").field()).isEqualTo("byte 2");
  }
}
