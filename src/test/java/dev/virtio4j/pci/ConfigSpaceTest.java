package dev.virtio4j.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.virtio4j.testing.DriverLine;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("PCI 2.3, chapter 6: a configuration header")
class ConfigSpaceTest {
  private static final int COMMAND = 0x04;
  private static final int STATUS = 0x06;
  private static final int BAR_0 = 0x10;
  private static final int INTERRUPT_DISABLE = 0x400;

  private final ConfigSpace config =
      new ConfigSpace(new PciIdentity(0x1AF4, 0x1001, 0x12, 0x010203, 0x1234, 0x5678), 128);
  private final DriverLine line = new DriverLine();

  @Test
  @DisplayName("6.2.1: tells what the function is, in any width")
  void identity() {
    assertThat(config.read(0x00, 4)).isEqualTo(0x10011AF4);
    assertThat(config.read(0x02, 2)).isEqualTo(0x1001);
    assertThat(config.read(0x08, 4)).isEqualTo(0x01020312);
    assertThat(config.read(0x0B, 1)).isEqualTo(0x01);
    assertThat(config.read(0x2C, 4)).isEqualTo(0x56781234);
    assertThat(config.read(0x0E, 1)).as("header type").isZero();
    assertThat(config.read(0x34, 1)).as("capabilities").isZero();
    assertThat(config.read(0x3C, 4)).as("INTA").isEqualTo(0x100);
  }

  @ParameterizedTest(name = "offset {0}")
  @CsvSource({
    "0x00, 0x10011AF4",
    "0x04, 0x00000507",
    "0x08, 0x01020312",
    "0x0C, 0x000000FF",
    "0x10, 0xFFFFFF81",
    "0x14, 0",
    "0x18, 0",
    "0x1C, 0",
    "0x20, 0",
    "0x24, 0",
    "0x28, 0",
    "0x2C, 0x56781234",
    "0x30, 0",
    "0x34, 0",
    "0x38, 0",
    "0x3C, 0x000001FF",
    "0x40, 0",
    "0xFC, 0",
  })
  @DisplayName("keeps the bits that the header defines as writable, and no others, as on QEMU")
  void writeMasks(String offset, String expected) {
    int at = Integer.decode(offset);
    config.write(at, 4, -1);
    assertThat(config.read(at, 4)).isEqualTo((int) (long) Long.decode(expected));
    config.write(at, 4, 0);
    assertThat(config.read(at, 4)).isEqualTo((int) (Long.decode(expected) & fixedBits(at)));
  }

  /** The bits that stay set when zeroes are written. */
  private static long fixedBits(int offset) {
    return switch (offset) {
      case 0x04, 0x0C -> 0;
      case 0x10 -> 1;
      case 0x3C -> 0x100;
      default -> -1;
    };
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {4, 8, 16, 32, 64, 128, 256})
  @DisplayName("6.2.5.1: writing ones to the BAR tells its size, bit 0 that it is one of I/O space")
  void sizing(int size) {
    ConfigSpace sized = new ConfigSpace(new PciIdentity(0, 0, 0, 0, 0, 0), size);
    sized.write(BAR_0, 4, -1);
    assertThat(sized.read(BAR_0, 4)).isEqualTo(-size | 1);
    assertThat(sized.ioSize()).isEqualTo(size);
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {0, 1, 2, 3, 24, 512, -128})
  @DisplayName("6.2.5.1: an I/O BAR has a power of two of at most 256 bytes")
  void noSize(int size) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ConfigSpace(new PciIdentity(0, 0, 0, 0, 0, 0), size));
  }

  @Test
  @DisplayName("6.2.2: the BAR answers only while I/O decoding is on")
  void decoding() {
    config.write(BAR_0, 4, 0xC07F);
    assertThat(config.ioBase()).isEqualTo(-1);
    config.write(COMMAND, 2, 1);
    assertThat(config.ioBase()).isEqualTo(0xC000);
    config.write(COMMAND, 2, 6);
    assertThat(config.ioBase()).isEqualTo(-1);
  }

  @ParameterizedTest(name = "at {0}: {1}")
  @CsvSource({"0, -1", "0x80, 0x80", "0xFF80, 0xFF80", "0x10000, -1", "0xFFFFFF80, -1"})
  @DisplayName("the BAR answers where the port space has a place for it")
  void places(String bar, String base) {
    config.write(COMMAND, 1, 1);
    config.write(BAR_0, 4, (int) (long) Long.decode(bar));
    assertThat(config.ioBase()).isEqualTo(Integer.decode(base));
  }

  @Test
  @DisplayName("the BAR can be written in bytes and words")
  void barInBytes() {
    config.write(COMMAND, 1, 1);
    config.write(BAR_0 + 1, 1, 0xC1);
    config.write(BAR_0, 1, 0xFF);
    assertThat(config.ioBase()).isEqualTo(0xC180);
    config.write(BAR_0 + 2, 2, 1);
    assertThat(config.ioBase()).isEqualTo(-1);
  }

  @Test
  @DisplayName("6.2.3: the interrupt bit of the status register shows the interrupt")
  void status() {
    config.connect(line);
    config.setInterrupt(true);
    assertThat(config.read(STATUS, 2)).isEqualTo(8);
    assertThat(line.isAsserted()).isTrue();
    config.setInterrupt(false);
    assertThat(config.read(STATUS, 2)).isZero();
    assertThat(line.isAsserted()).isFalse();
  }

  @Test
  @DisplayName("6.2.2: interrupt disable holds the line back, and the status shows it still")
  void interruptDisable() {
    config.connect(line);
    config.write(COMMAND, 2, INTERRUPT_DISABLE);
    config.setInterrupt(true);
    assertThat(line.isAsserted()).isFalse();
    assertThat(config.read(STATUS, 2)).isEqualTo(8);

    config.write(COMMAND, 2, 0);
    assertThat(line.isAsserted()).isTrue();
    config.write(COMMAND, 2, INTERRUPT_DISABLE);
    assertThat(line.isAsserted()).isFalse();
  }

  @Test
  @DisplayName("a line that is connected late gets the level at once")
  void connectLate() {
    config.setInterrupt(true);
    config.connect(line);
    assertThat(line.isAsserted()).isTrue();
  }

  @Test
  @DisplayName("a reset of the bus brings everything back to power-on")
  void reset() {
    config.connect(line);
    config.write(COMMAND, 2, 1);
    config.write(BAR_0, 4, 0xC000);
    config.write(0x3C, 1, 11);
    config.setInterrupt(true);
    config.reset();

    assertThat(line.isAsserted()).isFalse();
    assertThat(config.ioBase()).isEqualTo(-1);
    assertThat(config.read(COMMAND, 4)).isZero();
    assertThat(config.read(BAR_0, 4)).isEqualTo(1);
    assertThat(config.read(0x3C, 4)).isEqualTo(0x100);
    assertThat(config.read(0x00, 4)).isEqualTo(0x10011AF4);
  }

  @Test
  @DisplayName("an access past the end reads as zero there and writes nothing")
  void pastTheEnd() {
    config.write(0xFE, 4, -1);
    assertThat(config.read(0xFE, 4)).isZero();
  }
}
