package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.pc.memory.IoPorts;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Configuration mechanism 1")
class PciBusTest {
  private final Pci pci = new Pci();
  private final IoPorts ports = pci.ports;

  @Test
  @DisplayName(
      "Linux finds mechanism 1: CONFADD keeps what was written, bytes beside it don't matter")
  void probe() {
    ports.write(0xCFB, 1, 1);
    ports.write(0xCF8, 4, 0x80000000);
    ports.write(0xCF8, 1, 0x12);
    ports.write(0xCF8, 2, 0x1234);
    assertThat(ports.read(0xCF8, 4)).isEqualTo(0x80000000);
    assertThat(ports.read(0xCF8, 2)).isEqualTo(0xFFFF);
    assertThat(ports.read(0xCFA, 2)).isEqualTo(0xFFFF);
  }

  @ParameterizedTest(name = "port {0}, {1} bytes: {2}")
  @DisplayName("CONFDATA is a window of bytes, words and one double word")
  @CsvSource({
    "0xCFC, 4, 0x12378086",
    "0xCFC, 2, 0x8086",
    "0xCFE, 2, 0x1237",
    "0xCFC, 1, 0x86",
    "0xCFD, 1, 0x80",
    "0xCFE, 1, 0x37",
    "0xCFF, 1, 0x12",
    "0xCFD, 2, 0x3780",
    "0xCFF, 2, 0xFF12",
    "0xCFD, 4, 0xFF123780",
    "0xCFE, 4, 0xFFFF1237"
  })
  void widths(String port, int width, String value) {
    ports.write(0xCF8, 4, 0x80000000);
    assertThat(ports.read(Integer.decode(port), width)).isEqualTo((int) (long) Long.decode(value));
  }

  @Test
  @DisplayName("writes reach the bytes they cover and no others")
  void partialWrites() {
    FakeFunction disk = pci.add(2, 0x10011AF4);
    pci.write(2, 0x10, 4, 0);
    pci.write(2, 0x11, 1, 0xC1);
    assertThat(pci.read(2, 0x10, 4)).isEqualTo(0xC101);
    pci.write(2, 0x12, 2, 0x1234);
    assertThat(pci.read(2, 0x10, 4)).isEqualTo(0x1234C101);
    pci.write(2, 0x11, 2, 0x5678);
    assertThat(pci.read(2, 0x10, 4)).isEqualTo(0x12567801);
    pci.write(2, 0x13, 4, 0x9ABCDEF0);
    assertThat(pci.read(2, 0x10, 4)).isEqualTo(0xF0567801);
    assertThat(disk.config.getInt(0x14)).isZero();
  }

  @ParameterizedTest(name = "CONFADD {0}")
  @DisplayName("what is not there reads as ones and ignores writes")
  @CsvSource({
    "0x80001800, no device",
    "0x80000100, no function 1",
    "0x80010000, no bus 1",
    "0x00000000, off"
  })
  void absent(String address, String why) {
    ports.write(0xCF8, 4, (int) (long) Long.decode(address));
    ports.write(0xCFC, 4, 0);
    assertThat(ports.read(0xCFC, 4)).as(why).isEqualTo(-1);
    assertThat(ports.read(0xCFD, 2)).isEqualTo(0xFFFF);
    assertThat(ports.read(0xCFE, 1)).isEqualTo(0xFF);
  }

  @Test
  @DisplayName("a slot takes one device")
  void takenSlot() {
    assertThatThrownBy(() -> pci.add(1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("PCI device 1 is taken");
  }

  @Test
  @DisplayName("an I/O BAR answers while decoding is on, wherever it is moved")
  void movingBar() {
    FakeFunction disk = pci.add(2, 0x10011AF4);
    pci.write(2, 0x10, 4, 0xC040);
    assertThat(ports.read(0xC052, 1)).isEqualTo(0xFF);

    pci.write(2, 0x04, 2, 1);
    assertThat(ports.read(0xC052, 2)).isEqualTo(0x1001);
    ports.write(0xC07F, 4, 0x12345678);
    assertThat(disk.ioAccesses).containsExactly("read 18/2", "write 63/4 12345678");
    assertThat(ports.read(0xC080, 1)).isEqualTo(0xFF);

    pci.write(2, 0x10, 4, 0xD000);
    assertThat(ports.read(0xC052, 2)).isEqualTo(0xFFFF);
    assertThat(ports.read(0xD000, 2)).isEqualTo(0x1001);

    pci.write(2, 0x04, 2, 0);
    assertThat(ports.read(0xD000, 2)).isEqualTo(0xFFFF);
  }

  @Test
  @DisplayName("of two overlapping BARs the first keeps the ports, and the other has them after it")
  void overlappingBars() {
    pci.add(2, 0x10011AF4);
    pci.add(3, 0x10041AF4);
    pci.placeBar(2, 0xC000);
    pci.placeBar(3, 0xC000);
    assertThat(ports.read(0xC000, 2)).isEqualTo(0x1001);
    pci.placeBar(2, 0xC040);
    assertThat(ports.read(0xC000, 2)).isEqualTo(0x1004);
    assertThat(ports.read(0xC040, 2)).isEqualTo(0x1001);
    pci.placeBar(3, 0xC040);
    pci.write(3, 0x04, 2, 0);
    assertThat(ports.read(0xC040, 2)).isEqualTo(0x1001);
  }

  @Test
  @DisplayName("a BAR sized while it decodes takes nothing from the chipset below it")
  void barOverChipset() {
    pci.add(2, 0x10011AF4);
    pci.write(2, 0x04, 2, 1);
    for (int base : new int[] {0xCC0, 0xCD0, 0x0, 0xFFC0, -1}) {
      pci.write(2, 0x10, 4, base);
      assertThat(pci.read(1, 0x02, 2)).as("PIIX3, BAR at %x", base).isEqualTo(0x7000);
    }
  }
}
