package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.host.StateException;
import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("MODE SELECT")
class ModeSelectTest {
  private static final String TEST_UNIT_READY = "00 00 00 00 00 00";
  private static final String CACHING = "1A 08 08 00 FF 00";
  private static final String CONTROL = "1A 08 0A 00 FF 00";
  private static final String HEADER = "00000000";
  private static final String CACHE_ON = "0812" + "04" + "00".repeat(17);
  private static final String CACHE_OFF = "0812" + "00".repeat(18);
  private static final String CONTROL_ZERO = "0a0a" + "00".repeat(10);
  private static final String PROTECT = "0a0a" + "000008" + "00".repeat(7);
  private static final String WRITE = "2A 00 00000000 00 0001 00";

  private final TestDisk disk = TestDisk.of(1 << 20);
  private final DataCache cache = new DataCache(disk, true, true);
  private final DiskUnit unit = disk.unit(cache);
  private final Initiator initiator = new Initiator(unit);
  private final Initiator other = new Initiator(unit);

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private Initiator.Result select6(String list) {
    byte[] data = bytes(list);
    return initiator.out("15 10 0000 %02X 00".formatted(data.length), data);
  }

  private Initiator.Result select10(String list) {
    byte[] data = bytes(list);
    return initiator.out("55 10 0000000000 %04X 00".formatted(data.length), data);
  }

  @Test
  @DisplayName("switches the write cache off, and what was in it goes to stable storage")
  void cacheOff() {
    initiator.out(WRITE, new byte[512]);
    assertThat(disk.unflushed).isTrue();
    assertThat(select6(HEADER + CACHE_OFF).status()).isEqualTo(Status.GOOD);
    assertThat(disk.unflushed).isFalse();
    assertThat(initiator.run(CACHING).hex()).endsWith(CACHE_OFF);
    initiator.out(WRITE, new byte[512]);
    assertThat(disk.unflushed).isFalse();

    assertThat(select10("0000000000000000" + CACHE_ON).status()).isEqualTo(Status.GOOD);
    assertThat(initiator.run(CACHING).hex()).endsWith(CACHE_ON);
    initiator.out(WRITE, new byte[512]);
    assertThat(disk.unflushed).isTrue();
  }

  @Test
  @DisplayName("leaves the cache on if it can't be flushed")
  void cacheStaysOn() {
    disk.flushFails = true;
    Initiator.Result result = select6(HEADER + CACHE_OFF);
    assertThat(result.why()).isEqualTo("3/0c/00");
    assertThat(result.hostFailure()).hasMessage("no flush");
    assertThat(initiator.run(CACHING).hex()).endsWith(CACHE_ON);
  }

  @Test
  @DisplayName("tells the other initiators, and only of another value")
  void attention() {
    select6(HEADER + CACHE_ON + CONTROL_ZERO);
    assertThat(other.run(TEST_UNIT_READY).why()).isEqualTo("-");
    select6(HEADER + CACHE_OFF + CONTROL_ZERO);
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("-");
    assertThat(other.run(TEST_UNIT_READY).why()).isEqualTo("6/2a/01");
    assertThat(other.run(TEST_UNIT_READY).why()).isEqualTo("-");
  }

  @Test
  @DisplayName("with SWP in the control page protects the medium")
  void softwareWriteProtect() {
    select6(HEADER + PROTECT);
    assertThat(initiator.out(WRITE, new byte[512]).why()).isEqualTo("7/27/00");
    assertThat(initiator.run(CONTROL).hex()).isEqualTo("0f009000" + PROTECT);
    select6(HEADER + CONTROL_ZERO);
    assertThat(initiator.out(WRITE, new byte[512]).status()).isEqualTo(Status.GOOD);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "15, 00 00 10 08 00000800 00000200",
    "15, 00 00 00 08 00000000 00000200",
    "15, 00 00 00 08 FFFFFFFF 00000200",
    "55, 0000 00 10 00 00 0008 00000800 00000200",
    "55, 0000 00 00 01 00 0010 0000000000000800 00000000 00000200",
    "55, 0000 00 00 01 00 0010 0000000000000000 00000000 00000200",
    "15, ''",
    "15, 2F 00 90 00", // as MODE SENSE gave it
  })
  @DisplayName("takes the block descriptor of the disk as it is, or no list at all")
  void descriptors(String code, String list) {
    assertThat((code.equals("15") ? select6(list) : select10(list)).why()).isEqualTo("-");
  }

  @ParameterizedTest(name = "{0}: {2} {3}")
  @CsvSource({
    "15, 00 01 00 00, 5/26/00, parameter 1",
    "55, 0000 01 00 00 00 0000, 5/26/00, parameter 2",
    "15, 00 00 00 10, 5/26/00, parameter 3",
    "55, 0000 00 00 01 00 0008, 5/26/00, parameter 6",
    "15, 00 00 00 08 00000801 00000200, 5/26/00, parameter 4",
    "15, 00 00 00 08 00000800 00000400, 5/26/00, parameter 9",
    "55, 0000 00 00 01 00 0010 00000000FFFFFFFF 00000000 00000200, 5/26/00, parameter 8",
    "55, 0000 00 00 01 00 0010 0000000000000800 00000000 00001000, 5/26/00, parameter 20",
    "15, 00 00 00, 5/1a/00, -",
    "15, 00 00 00 08 00000000, 5/1a/00, -",
    "15, 00 00 00 00 08, 5/1a/00, -",
    "15, 00 00 00 00 0812 0400, 5/1a/00, -",
    "15, 00 00 00 00 0200, 5/26/00, parameter 4 bit 5",
    "15, 00 00 00 00 4A01 0000, 5/26/00, parameter 4 bit 6",
    "15, 00 00 00 00 0A08 0000 0000 0000 0000, 5/26/00, parameter 5",
    "15, 00 00 00 00 0A0A 0000 1000 0000 0000 0000, 5/26/00, parameter 8 bit 4",
    "15, 00 00 00 00 0A0A 0400 0000 0000 0000 0001, 5/26/00, parameter 15 bit 0",
  })
  @DisplayName("refuses what it can't do, points to it, and does nothing of the rest")
  void refused(String code, String list, String why, String field) {
    Initiator.Result result = code.equals("15") ? select6(list) : select10(list);
    assertThat(result.why()).isEqualTo(why);
    assertThat(result.field()).isEqualTo(field);
    assertThat(initiator.run(CONTROL).hex()).endsWith(CONTROL_ZERO);
    assertThat(other.run(TEST_UNIT_READY).why()).isEqualTo("-");
  }

  @Test
  @DisplayName("checks the last page before the first counts")
  void allOrNothing() {
    Initiator.Result result = select6(HEADER + CACHE_OFF + "0a0a" + "ff" + "00".repeat(9));
    assertThat(result.field()).isEqualTo("parameter 26 bit 7");
    assertThat(initiator.run(CACHING).hex()).endsWith(CACHE_ON);
  }

  @Test
  @DisplayName("refuses to save pages, pages in a format of long ago, and a list that isn't there")
  void badCdb() {
    assertThat(initiator.run("15 11 0000 00 00").field()).isEqualTo("byte 1 bit 0");
    assertThat(initiator.out("15 10 0000 04 00", new byte[3]).field()).isEqualTo("byte 4");
    assertThat(initiator.out("55 10 0000000000 0008 00", new byte[7]).field()).isEqualTo("byte 7");
    assertThat(initiator.out("55 10 0000000000 FFFF 00", new byte[0xFFFF]).why())
        .isEqualTo("5/1a/00");
  }

  @Test
  @DisplayName("can't switch a cache that has a switch elsewhere")
  void switchedElsewhere() {
    Initiator elsewhere = new Initiator(disk.unit());
    Initiator.Result result = elsewhere.out("15 10 0000 18 00", bytes(HEADER + CACHE_OFF));
    assertThat(result.field()).isEqualTo("parameter 6 bit 2");
    disk.cacheOn = false;
    assertThat(elsewhere.out("15 10 0000 18 00", bytes(HEADER + CACHE_OFF)).why()).isEqualTo("-");
  }

  @Test
  @DisplayName("what it changed is saved and loaded")
  void state() throws IOException {
    select6(HEADER + CACHE_OFF + PROTECT);
    byte[] saved = SenseTest.save(unit);

    DataCache otherCache = new DataCache(disk, true, true);
    DiskUnit copy = disk.unit(otherCache);
    Initiator one = new Initiator(copy);
    new Initiator(copy);
    SenseTest.load(copy, saved);
    assertThat(otherCache.isOn()).isFalse();
    assertThat(one.run(CACHING).hex()).endsWith(CACHE_OFF);
    assertThat(one.run(CONTROL).hex()).endsWith(PROTECT);

    DiskUnit fixed = disk.unit();
    new Initiator(fixed);
    new Initiator(fixed);
    select6(HEADER + CACHE_ON);
    byte[] on = SenseTest.save(unit);
    assertThatThrownBy(() -> SenseTest.load(fixed, on))
        .isInstanceOf(StateException.class)
        .hasMessageContaining("mode page 08h");
  }
}
