package dev.virtio4j.virtio.pci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.LegacyDriver;
import dev.virtio4j.virtio.blk.BlkOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The accesses of real drivers to a legacy virtio block function, as recorded on QEMU 7.2 with a
 * disk of 8 MiB. A line is R or W, the offset in the I/O BAR, the width in bytes, and the value.
 * Where QEMU has more features than we offer, the values are ours; the queues are put lower, into
 * the RAM of the test.
 */
class TraceTest {
  private static final String PROBE =
      """
      W 18 1 0x0
      R 19 1 0x0
      W 18 1 0x3
      W 14 2 0x0
      R 12 2 0x100
      R  8 4 0x0
      W  8 4 0xfd
      """;

  private static final String BYTEWISE_CONFIG =
      """
      R 20 1 0x0
      R 21 1 0x40
      R 22 1 0x0
      R 23 1 0x0
      R 24 1 0x0
      R 25 1 0x0
      R 26 1 0x0
      R 27 1 0x0
      R 28 1 0x0
      R 29 1 0x0
      R 30 1 0x0
      R 31 1 0x0
      R 32 1 0xfe
      R 33 1 0x0
      R 34 1 0x0
      R 35 1 0x0
      R 36 1 0x10
      R 37 1 0x0
      R 38 1 0x10
      R 39 1 0x3f
      R 40 1 0x0
      R 41 1 0x2
      R 42 1 0x0
      R 43 1 0x0
      R 44 1 0x0
      R 45 1 0x0
      R 46 1 0x0
      R 47 1 0x0
      R 48 1 0x0
      R 49 1 0x0
      R 50 1 0x0
      R 51 1 0x0
      """;

  /** QEMU: 0x71006ed4, without BARRIER. */
  private static final String SEABIOS =
      PROBE
          + BYTEWISE_CONFIG
          + """
            R  0 4 0x71006ed5
            W 18 1 0x7
            W 16 2 0x0
            R 19 1 0x0
            """;

  private static final String LINUX =
      """
      W 18 1 0x0
      R 18 1 0x0
      R 18 1 0x0
      W 18 1 0x1
      R 18 1 0x1
      W 18 1 0x3
      R  0 4 0x71006ed5
      W  4 4 0x30006e54
      R 32 1 0xfe
      R 33 1 0x0
      R 34 1 0x0
      R 35 1 0x0
      W 14 2 0x0
      R 12 2 0x100
      W 14 2 0x0
      R  8 4 0x0
      W 14 2 0x0
      W  8 4 0x84
      R 40 1 0x0
      R 41 1 0x2
      R 42 1 0x0
      R 43 1 0x0
      R 44 1 0x0
      R 45 1 0x0
      R 46 1 0x0
      R 47 1 0x0
      R 48 1 0x0
      R 49 1 0x0
      R 50 1 0x0
      R 51 1 0x0
      R 20 1 0x0
      R 21 1 0x40
      R 22 1 0x0
      R 23 1 0x0
      R 24 1 0x0
      R 25 1 0x0
      R 26 1 0x0
      R 27 1 0x0
      R 18 1 0x3
      W 18 1 0x7
      W 16 2 0x0
      R 19 1 0x0
      R 18 1 0x7
      W 18 1 0x0
      R 18 1 0x0
      W 14 2 0x0
      W  8 4 0x0
      R 18 1 0x0
      R 18 1 0x0
      W 18 1 0x1
      """;

  private final LegacyDriver driver =
      new BlkDriver(new MemoryBackend(new byte[8 << 20], false), BlkOptions.DEFAULTS, true).driver;

  private void replay(String trace) {
    trace
        .lines()
        .forEach(
            line -> {
              String[] field = line.split(" +", -1);
              int offset = Integer.parseInt(field[1]);
              int width = Integer.parseInt(field[2]);
              int value = Integer.decode(field[3]);
              if (field[0].equals("R")) {
                assertThat(driver.in(offset, width)).as(line).isEqualTo(value);
              } else {
                driver.out(offset, width, value);
              }
            });
  }

  @Test
  @DisplayName("SeaBIOS 1.16.2 finds the disk and its geometry")
  void seaBios() {
    replay(SEABIOS);
    assertThat(driver.in(LegacyDriver.GUEST_FEATURES, 4)).isZero();
  }

  @Test
  @DisplayName("Linux 6.1, started by SeaBIOS, probes the disk and unloads its driver")
  void linux() {
    replay(SEABIOS + LINUX);
    assertThat(driver.line().rises()).isZero();
  }

  @Test
  @DisplayName("the I/O BAR is QEMU's, and past the configuration it reads as ones")
  void pastTheConfiguration() {
    assertThat(driver.in(77, 1)).isEqualTo(0xFF);
    assertThat(driver.in(127, 1)).isEqualTo(0xFF);
  }
}
