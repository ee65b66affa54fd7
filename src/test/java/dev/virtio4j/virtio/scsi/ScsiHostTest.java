package dev.virtio4j.virtio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.scsi.DiskUnit;
import dev.virtio4j.scsi.UnitAttention;
import dev.virtio4j.scsi.UnitSettings;
import dev.virtio4j.testing.ChainBuilder;
import dev.virtio4j.testing.LegacyDriver;
import dev.virtio4j.testing.ScsiDriver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The SCSI host")
class ScsiHostTest {
  private static final String TEST_UNIT_READY = "000000000000";
  private static final String READ_1_BLOCK = "28 00 00000000 00 0001 00";

  private final ScsiDriver driver = new ScsiDriver(ScsiOptions.DEFAULT);
  private final byte[] content = new byte[64 * 512];
  private DiskUnit disk;

  private static DiskUnit disk(byte[] bytes) {
    return TestUnits.disk(new MemoryBackend(bytes, false));
  }

  @BeforeEach
  void start() {
    Arrays.fill(content, (byte) 0x5A);
    disk = disk(content);
    driver.host.attach(3, 7, disk, UnitSettings.DEFAULT);
    driver.start(ScsiDriver.ALL_FEATURES);
  }

  /** Past the unit attention after the reset. */
  private void greet() {
    assertThat(driver.in(3, 7, TEST_UNIT_READY, 0).why()).isEqualTo("6/29/00");
  }

  @Test
  @DisplayName("is function 1AF4:1004 with subsystem 8, and configured as QEMU's")
  void identity() {
    assertThat(driver.host.type()).isEqualTo(8);
    assertThat(driver.driver.in(LegacyDriver.CONFIG, 4)).isEqualTo(1); // num_queues
    assertThat(driver.driver.in(LegacyDriver.CONFIG + 4, 4)).isEqualTo(254); // seg_max
    assertThat(driver.driver.in(LegacyDriver.CONFIG + 8, 4)).isEqualTo(0xFFFF); // max_sectors
    assertThat(driver.driver.in(LegacyDriver.CONFIG + 12, 4)).isEqualTo(128); // cmd_per_lun
    assertThat(driver.driver.in(LegacyDriver.CONFIG + 16, 4)).isEqualTo(16); // event_info_size
    assertThat(driver.driver.in(LegacyDriver.CONFIG + 20, 4)).isEqualTo(96); // sense_size
    assertThat(driver.driver.in(LegacyDriver.CONFIG + 24, 4)).isEqualTo(32); // cdb_size
    assertThat(driver.driver.in(LegacyDriver.CONFIG + 28, 2)).isEqualTo(0); // max_channel
    assertThat(driver.driver.in(LegacyDriver.CONFIG + 30, 2)).isEqualTo(255); // max_target
    assertThat(driver.driver.in(LegacyDriver.CONFIG + 32, 4)).isEqualTo(16383); // max_lun
  }

  @Test
  @DisplayName("tells of the reset once, then reads")
  void reads() {
    greet();
    ScsiDriver.Sent read = driver.in(3, 7, READ_1_BLOCK, 512);
    assertThat(read.response()).isEqualTo(ScsiDriver.OK);
    assertThat(read.status()).isZero();
    assertThat(read.residual()).isZero();
    assertThat(read.data()).containsOnly(0x5A);
  }

  @Test
  @DisplayName("writes, and counts what was not moved as residual")
  void writes() {
    greet();
    byte[] block = new byte[700];
    Arrays.fill(block, (byte) 0x21);
    ScsiDriver.Sent write = driver.run(3, 7, "2A 00 00000002 00 0001 00", block, 0);
    assertThat(write.response()).isEqualTo(ScsiDriver.OK);
    assertThat(write.residual()).isEqualTo(188);
    assertThat(Arrays.copyOfRange(content, 1024, 1536)).containsOnly(0x21);
    assertThat(content[1536]).isEqualTo((byte) 0x5A);
  }

  @Test
  @DisplayName("answers OVERRUN where the CDB asks for more than the buffers hold")
  void overrun() {
    greet();
    assertThat(driver.in(3, 7, READ_1_BLOCK, 511).response()).isEqualTo(ScsiDriver.OVERRUN);
    assertThat(driver.run(3, 7, "2A 00 00000002 00 0001 00", new byte[511], 0).response())
        .isEqualTo(ScsiDriver.OVERRUN);
    assertThat(content[1024]).isEqualTo((byte) 0x5A);
  }

  @Test
  @DisplayName("answers BAD_TARGET for a target that is not there, or an address of no known form")
  void badTarget() {
    assertThat(driver.in(4, 0, TEST_UNIT_READY, 0).response()).isEqualTo(ScsiDriver.BAD_TARGET);
    for (long address : new long[] {0x300, 0x1_0000_0301L, 0x8000_0301L | 0x80_0000, 0xC1}) {
      ScsiDriver.Sent sent =
          driver.send(address, 0, ScsiDriver.SIMPLE, TEST_UNIT_READY, new byte[0], 0);
      assertThat(sent.response()).isEqualTo(ScsiDriver.BAD_TARGET);
    }
  }

  @Test
  @DisplayName("takes LUNs with and without the mark of the flat space")
  void lunForms() {
    greet();
    for (long address : new long[] {0x0700_0301L, 0x0740_0301L}) {
      ScsiDriver.Sent sent =
          driver.send(address, 0, ScsiDriver.SIMPLE, TEST_UNIT_READY, new byte[0], 0);
      assertThat(sent.response()).isEqualTo(ScsiDriver.OK);
      assertThat(sent.status()).isZero();
    }
  }

  @Test
  @DisplayName("answers for LUNs that a target doesn't have: INQUIRY 7Fh, REPORT LUNS, 25/00")
  void missingUnit() {
    assertThat(driver.in(3, 0, "12 00 00 0024 00", 36).data()[0]).isEqualTo((byte) 0x7F);
    assertThat(driver.in(3, 0, TEST_UNIT_READY, 0).why()).isEqualTo("5/25/00");
    byte[] luns = driver.in(3, 0, "A0 00 00 000000 00000018 00 00", 24).data();
    assertThat(luns).startsWith(0, 0, 0, 8, 0, 0, 0, 0, 0, 7, 0);
  }

  @Test
  @DisplayName("reports all LUNs of a target, however many, as far as the initiator has room")
  void manyLuns() {
    for (int lun = 0; lun < 16384; lun += 16) {
      driver.host.attach(200, lun, disk(new byte[512]), UnitSettings.DEFAULT);
    }
    byte[] luns = driver.in(200, 0, "A0 00 00 000000 00010000 00 00", 0x10000).data();
    ByteBuffer list = ByteBuffer.wrap(luns);
    assertThat(list.getInt()).isEqualTo(1024 * 8);
    assertThat(list.getLong(8 + 8 * 15)).isEqualTo(240L << 48);
    assertThat(list.getLong(8 + 8 * 16)).isEqualTo((0x4000L | 256) << 48);
    assertThat(list.getLong(8 + 8 * 1023)).isEqualTo((0x4000L | 16368) << 48);
    assertThat(driver.in(200, 0, "A0 00 00 000000 00000400 00 00", 0x10000).residual())
        .isEqualTo(0x10000 - 0x400);
  }

  @Test
  @DisplayName("refuses data in both directions unless INOUT was accepted")
  void bothDirections() {
    greet();
    assertThat(driver.run(3, 7, READ_1_BLOCK, new byte[8], 512).response())
        .isEqualTo(ScsiDriver.OK);
    driver.start(ScsiDriver.HOTPLUG);
    assertThat(driver.run(3, 7, READ_1_BLOCK, new byte[8], 512).response())
        .isEqualTo(ScsiDriver.FAILURE);
  }

  @Test
  @DisplayName("goes by sense_size and cdb_size, until a reset puts them back")
  void sizes() {
    driver.driver.out(LegacyDriver.CONFIG + 20, 4, 14);
    driver.driver.out(LegacyDriver.CONFIG + 24, 4, 6);
    byte[] header =
        Arrays.copyOf(ScsiDriver.header(ScsiDriver.address(3, 7), 0, 0, TEST_UNIT_READY), 25);
    ChainBuilder chain = driver.requests.chain().readable(header).writable(12 + 14);
    chain.direct();
    driver.requests.notifyDevice();
    ByteBuffer response = ByteBuffer.wrap(chain.written()).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(response.getInt(0)).isEqualTo(14);
    assertThat(response.get(12 + 12)).isEqualTo((byte) 0x29);
    driver.driver.reset();
    assertThat(driver.driver.in(LegacyDriver.CONFIG + 20, 4)).isEqualTo(96);
    assertThat(driver.driver.in(LegacyDriver.CONFIG + 24, 4)).isEqualTo(32);
  }

  @Test
  @DisplayName("tells of a unit that comes, changes and goes")
  void hotplug() {
    ChainBuilder first = driver.giveEventBuffer(16);
    ChainBuilder second = driver.giveEventBuffer(16);
    ChainBuilder third = driver.giveEventBuffer(16);
    driver.host.attach(5, 0, disk(new byte[512]), UnitSettings.DEFAULT);
    disk.raise(UnitAttention.CAPACITY_CHANGED);
    driver.host.detach(5, 0);
    assertThat(ScsiDriver.event(first)).isEqualTo("1 0105000000000000 1");
    assertThat(ScsiDriver.event(second)).isEqualTo("3 0103000700000000 92a");
    assertThat(ScsiDriver.event(third)).isEqualTo("1 0105000000000000 2");
    assertThat(driver.driver.readIsr()).isEqualTo(1);
    assertThat(driver.in(5, 0, TEST_UNIT_READY, 0).response()).isEqualTo(ScsiDriver.BAD_TARGET);
  }

  @Test
  @DisplayName("says in the next buffer that it had to drop an event")
  void eventsMissed() {
    driver.host.attach(5, 0, disk(new byte[512]), UnitSettings.DEFAULT);
    ChainBuilder late = driver.giveEventBuffer(16);
    assertThat(ScsiDriver.event(late)).isEqualTo("80000000 0000000000000000 0");
    ChainBuilder next = driver.giveEventBuffer(16);
    driver.host.detach(5, 0);
    assertThat(ScsiDriver.event(next)).isEqualTo("1 0105000000000000 2");
  }
}
