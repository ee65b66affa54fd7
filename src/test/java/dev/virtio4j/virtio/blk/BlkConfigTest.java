package dev.virtio4j.virtio.blk;

import static dev.virtio4j.testing.LegacyDriver.CONFIG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.host.StateException;
import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.DriverQueue;
import dev.virtio4j.testing.LegacyDriver;
import dev.virtio4j.testing.States;
import dev.virtio4j.virtio.SpecProfile;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What a block device tells of itself, and keeps")
class BlkConfigTest {
  private BlkDriver disk;

  private void start(BlkOptions.Builder options) {
    disk = new BlkDriver(new MemoryBackend(new byte[1 << 20], false), options.build(), true);
    disk.start(BlkDriver.ALL_FEATURES);
  }

  @ParameterizedTest(name = "spec={0}: features {1}, configuration of {2} bytes")
  @CsvSource({
    "V0_8_9,  0x110002D5, 24",
    "V0_9_4,  0x310002D5, 24",
    "V0_9_5,  0x310002D5, 24",
    "DEFAULT, 0x71006ED5, 57"
  })
  @DisplayName("each text has its features and its configuration")
  void profiles(SpecProfile spec, String features, int length) {
    start(BlkOptions.builder().spec(spec));
    assertThat(disk.driver.in(LegacyDriver.DEVICE_FEATURES, 4)).isEqualTo(Integer.decode(features));
    assertThat(disk.driver.in(CONFIG + length - 1, 1)).isNotEqualTo(0xFF);
    assertThat(disk.driver.in(CONFIG + length, 1)).isEqualTo(0xFF);
    int idStatus = spec == SpecProfile.DEFAULT ? BlkDriver.OK : BlkDriver.UNSUPP;
    assertThat(
            disk.run(
                    disk.queue
                        .chain()
                        .readable(BlkDriver.header(BlkDriver.GET_ID, 0))
                        .writable(20)
                        .writable(1))
                .status())
        .isEqualTo(idStatus);
    assertThat(disk.read(0, 512).status()).isEqualTo(BlkDriver.OK);
  }

  @Test
  @DisplayName("TOPOLOGY: physical blocks and sizes of transfers, in logical blocks")
  void topology() {
    start(BlkOptions.builder().physicalBlockSize(4096).ioSizes(8192, 65536));
    assertThat(disk.driver.in(CONFIG + 24, 1)).isEqualTo(3);
    assertThat(disk.driver.in(CONFIG + 26, 2)).isEqualTo(16);
    assertThat(disk.driver.in(CONFIG + 28, 4)).isEqualTo(128);
  }

  @Test
  @DisplayName("cyls, heads and secs are told as they were given")
  void geometry() {
    start(BlkOptions.builder().geometry(1024, 255, 63));
    assertThat(disk.driver.in(CONFIG + 16, 2)).isEqualTo(1024);
    assertThat(disk.driver.in(CONFIG + 18, 1)).isEqualTo(255);
    assertThat(disk.driver.in(CONFIG + 19, 1)).isEqualTo(63);
  }

  @Test
  @DisplayName("queue-size: the ring has it, and SEG_MAX follows")
  void queueSize() {
    start(BlkOptions.builder().queues(1, 16));
    assertThat(disk.driver.in(LegacyDriver.QUEUE_SIZE, 2)).isEqualTo(16);
    assertThat(disk.driver.in(CONFIG + 12, 4)).isEqualTo(14);
    assertThat(disk.read(0, 512).status()).isEqualTo(BlkDriver.OK);
  }

  @Test
  @DisplayName("num-queues: each queue serves its own requests")
  void queues() {
    start(BlkOptions.builder().queues(3, 16));
    assertThat(disk.driver.in(LegacyDriver.DEVICE_FEATURES, 4) & (1 << 12)).isNotZero();
    assertThat(disk.driver.in(CONFIG + 34, 2)).isEqualTo(3);
    DriverQueue third = disk.driver.placeQueue(2);
    int head =
        third
            .chain()
            .readable(BlkDriver.header(BlkDriver.IN, 0))
            .writable(512)
            .writable(1)
            .direct();
    third.notifyDevice();
    assertThat(third.reap()).isEqualTo(new DriverQueue.Used(head, 513));
    assertThat(disk.queue.reap()).isNull();
    assertThat(disk.read(0, 512).status()).isEqualTo(BlkDriver.OK);
    assertThat(disk.driver.line().isAsserted()).isTrue();
  }

  @Test
  @DisplayName("resize: the capacity changes, the guest is interrupted, and the new part is there")
  void resize() throws IOException {
    start(BlkOptions.builder());
    disk.device.resize(2 << 20);
    assertThat(disk.driver.line().isAsserted()).isTrue();
    assertThat(disk.driver.readIsr()).isEqualTo(2);
    assertThat(disk.driver.in(CONFIG, 4)).isEqualTo(4096);
    assertThat(disk.read(4095, 512).status()).isEqualTo(BlkDriver.OK);
    disk.device.resize(1 << 20);
    assertThat(disk.read(2048, 512).status()).isEqualTo(BlkDriver.IOERR);
  }

  @Test
  @DisplayName("resize: a driver that is not up is not interrupted, and reads the new capacity")
  void resizeBeforeDriver() throws IOException {
    start(BlkOptions.builder());
    disk.driver.reset();
    disk.device.resize(2 << 20);
    assertThat(disk.driver.line().isAsserted()).isFalse();
    assertThat(disk.driver.in(CONFIG, 4)).isEqualTo(4096);
  }

  @Test
  @DisplayName("resize between two reads of the capacity: both are of the old one")
  void resizeWhileRead() throws IOException {
    start(BlkOptions.builder());
    assertThat(disk.driver.in(CONFIG, 1)).isZero();
    disk.device.resize(1 << 21);
    assertThat(disk.driver.in(CONFIG + 1, 1)).isEqualTo(2048 >> 8);
    assertThat(disk.driver.in(CONFIG, 2)).isEqualTo(4096);
  }

  @Test
  @DisplayName("resize to no multiple of the block size is refused, and nothing changes")
  void resizeRefused() {
    start(BlkOptions.builder().logicalBlockSize(4096));
    assertThatIllegalArgumentException().isThrownBy(() -> disk.device.resize((1 << 20) + 512));
    assertThat(disk.driver.in(CONFIG, 4)).isEqualTo(2048);
    assertThat(disk.driver.line().isAsserted()).isFalse();
  }

  private static byte[] saved(BlkDriver disk) {
    return States.save(disk.clock, disk.device);
  }

  private static void load(BlkDriver disk, byte[] state) throws IOException {
    States.load(state, disk.clock, disk.device);
  }

  @Test
  @DisplayName("a state with requests in flight, loaded into another device, goes on there")
  void state() throws IOException {
    BlkOptions.Builder slow = BlkOptions.builder().timing(new DiskTiming(1000, 0, 0, 0, 0, 0, 0));
    start(slow);
    BlkDriver before = disk;
    before.queue.chain().readable(BlkDriver.header(BlkDriver.FLUSH, 0)).writable(1).direct();
    before.queue.notifyDevice();
    before.clock.advance(1000);
    before.queue.chain().readable(BlkDriver.header(BlkDriver.IN, 0)).writable(513).direct();
    before.queue.notifyDevice();
    byte[] state = saved(before);

    BlkDriver after =
        new BlkDriver(new MemoryBackend(new byte[1 << 20], false), slow.build(), true);
    System.arraycopy(before.memory.ram, 0, after.memory.ram, 0, before.memory.ram.length);
    load(after, state);
    assertThat(saved(after)).isEqualTo(state);
    before.clock.advance(1000);
    after.clock.advance(1000);
    assertThat(before.queue.usedIndex()).isEqualTo(2);
    assertThat(after.memory.ram).isEqualTo(before.memory.ram);
    assertThat(saved(after)).isEqualTo(saved(before));
    assertThat(before.device.counters().get(BlkCounter.INTERRUPTS)).isEqualTo(2);
  }

  @Test
  @DisplayName("a state of a disk of another size, or one that is cut short, is refused")
  void stateRefused() throws IOException {
    start(BlkOptions.builder());
    byte[] state = saved(disk);
    BlkDriver other =
        new BlkDriver(new MemoryBackend(new byte[1 << 19], false), BlkOptions.DEFAULTS, true);
    assertThatExceptionOfType(StateException.class)
        .isThrownBy(() -> load(other, state))
        .withMessage(
            "the saved state of virtio-blk is of a disk of another size, or with other options");
    for (int length = 0; length < state.length; length++) {
      byte[] cut = Arrays.copyOf(state, length);
      assertThatExceptionOfType(StateException.class).isThrownBy(() -> load(disk, cut));
    }
  }
}
