package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("START STOP UNIT, PREVENT ALLOW, LOG SENSE and task management functions")
class DiskControlTest {
  private static final String TEST_UNIT_READY = "00 00 00 00 00 00";
  private static final String STOP = "1B 00 00 00 00 00";
  private static final String START = "1B 00 00 00 01 00";
  private static final String READ = "28 00 00000000 00 0001 00";
  private static final String WRITE = "2A 00 00000000 00 0001 00";

  private final TestDisk disk = TestDisk.of(1 << 20);
  private final DiskUnit unit = disk.unit();
  private final Initiator initiator = new Initiator(unit);

  @Test
  @DisplayName("a stopped disk is not ready for what touches the medium, until it is started")
  void stopped() {
    assertThat(initiator.run(STOP).status()).isEqualTo(Status.GOOD);
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("2/04/02");
    assertThat(initiator.run(READ).why()).isEqualTo("2/04/02");
    assertThat(initiator.out(WRITE, new byte[512]).why()).isEqualTo("2/04/02");
    assertThat(initiator.run("35 00 00000000 00 0000 00").why()).isEqualTo("2/04/02");
    assertThat(initiator.run("25 00 00000000 0000 00 00").status()).isEqualTo(Status.GOOD);
    assertThat(initiator.run("1A 00 3F 00 FF 00").status()).isEqualTo(Status.GOOD);
    assertThat(initiator.run("03 00 00 00 FF 00").hex())
        .isEqualTo("700002000000000a00000000" + "0402" + "00000000");

    assertThat(initiator.run(START).status()).isEqualTo(Status.GOOD);
    assertThat(initiator.run(READ).status()).isEqualTo(Status.GOOD);
  }

  @Test
  @DisplayName("a reset starts the disk")
  void reset() {
    initiator.run(STOP);
    unit.reset(UnitAttention.POWER_ON);
    initiator.run(TEST_UNIT_READY);
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("-");
  }

  @Test
  @DisplayName("stopping flushes the cache, unless NO_FLUSH is set, and fails if that does")
  void flushes() {
    initiator.out(WRITE, new byte[512]);
    initiator.run("1B 00 00 00 04 00");
    assertThat(disk.unflushed).isTrue();
    initiator.run(STOP);
    assertThat(disk.unflushed).isFalse();
    initiator.run(START);
    disk.flushFails = true;
    assertThat(initiator.run(STOP).why()).isEqualTo("3/0c/00");
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("-");
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "1B 00 00 00 02 00, byte 4 bit 1", // nothing to eject
    "1B 00 00 00 30 00, byte 4 bit 5", // power conditions
    "4D 01 40 00 00 0000 00FF 00, byte 1 bit 0", // saving
    "4D 00 42 00 00 0000 00FF 00, byte 2 bit 5",
    "4D 00 6F FF 00 0000 00FF 00, byte 3",
    "4D 00 40 01 00 0000 00FF 00, byte 3",
    "4D 00 6F 00 00 0001 00FF 00, byte 5",
  })
  @DisplayName("what isn't there is refused")
  void refused(String cdb, String field) {
    Initiator.Result result = initiator.run(cdb);
    assertThat(result.why()).isEqualTo("5/24/00");
    assertThat(result.field()).isEqualTo(field);
  }

  @Test
  @DisplayName("LOG SENSE lists its pages, and expects no failure")
  void logs() {
    assertThat(initiator.run("4D 00 40 00 00 0000 00FF 00").hex()).isEqualTo("00000002" + "002f");
    assertThat(initiator.run("4D 00 40 FF 00 0000 00FF 00").hex())
        .isEqualTo("40ff0006" + "0000" + "00ff" + "2f00");
    assertThat(initiator.run("4D 00 6F 00 00 0000 00FF 00").hex())
        .isEqualTo("2f000008" + "00000304" + "0000ff00");
    assertThat(initiator.run("4D 00 6F 00 00 0000 0006 00").data()).hasSize(6);
  }

  @Test
  @DisplayName("REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS lists all but CLEAR ACA")
  void taskManagement() {
    assertThat(initiator.run("A3 0D 00 000000 00000010 00 00").hex()).isEqualTo("dc030000");
    assertThat(initiator.run("A3 0D 80 000000 00000010 00 00").hex())
        .isEqualTo("dc03000c" + "00".repeat(12));
  }

  @Test
  @DisplayName("removal is prevented as long as an initiator does; a reset allows it")
  void prevent() {
    Initiator other = new Initiator(unit);
    initiator.run("1E 00 00 00 01 00");
    other.run("1E 00 00 00 01 00");
    initiator.run("1E 00 00 00 00 00");
    assertThat(unit.isRemovalPrevented()).isTrue();
    unit.reset(UnitAttention.BUS_DEVICE_RESET);
    assertThat(unit.isRemovalPrevented()).isFalse();
  }

  @Test
  @DisplayName("that a disk is stopped is saved and loaded")
  void state() throws IOException {
    initiator.run(STOP);
    DiskUnit copy = TestDisk.of(1 << 20).unit();
    Initiator loaded = new Initiator(copy);
    SenseTest.load(copy, SenseTest.save(unit));
    assertThat(loaded.run(TEST_UNIT_READY).why()).isEqualTo("2/04/02");
  }
}
