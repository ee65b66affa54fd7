package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The bridges of the chipset")
class Piix3Test {
  private final Pci pci = new Pci();

  @Test
  @DisplayName("the host bridge is an 82441FX, revision 2, class 0600")
  void hostBridge() {
    assertThat(pci.read(0, 0x00, 4)).isEqualTo(0x12378086);
    assertThat(pci.read(0, 0x04, 4)).isEqualTo(0x02800006);
    assertThat(pci.read(0, 0x08, 4)).isEqualTo(0x06000002);
    assertThat(pci.read(0, 0x0C, 4)).isZero();
  }

  @Test
  @DisplayName("the ISA bridge is an 82371SB, class 0601, without other functions")
  void isaBridge() {
    assertThat(pci.read(1, 0x00, 4)).isEqualTo(0x70008086);
    assertThat(pci.read(1, 0x08, 4)).isEqualTo(0x06010000);
    assertThat(pci.read(1, 0x0C, 4)).isZero();
    assertThat(pci.read(1, 0x60, 4)).isEqualTo(0x80808080);
  }

  @Test
  @DisplayName("a bridge has no BAR, no interrupt pin, and an identity that can't be changed")
  void readOnly() {
    for (int device = 0; device < 2; device++) {
      int before = pci.read(device, 0x00, 4);
      for (int offset = 0; offset < 0x40; offset += 4) {
        pci.write(device, offset, 4, -1);
      }
      assertThat(pci.read(device, 0x00, 4)).isEqualTo(before);
      assertThat(pci.read(device, 0x10, 4)).isZero();
      assertThat(pci.read(device, 0x3C, 4)).isZero();
    }
  }

  @Test
  @DisplayName("Linux can turn passive release on")
  void passiveRelease() {
    pci.write(1, 0x82, 1, 0x02);
    assertThat(pci.read(1, 0x82, 1)).isEqualTo(0x02);
  }

  @ParameterizedTest(name = "device {0}: register {1}")
  @DisplayName("INTA of a slot ends at the PIRQ that QEMU's pc machine gives it")
  @CsvSource({"2, 0x61", "3, 0x62", "4, 0x63", "5, 0x60", "6, 0x61", "31, 0x62"})
  void slotsToPirqs(int device, String register) {
    FakeFunction function = pci.add(device, 0x10011AF4);
    function.line.set(true);
    assertThat(pci.assertedIrqs()).isEmpty();
    pci.write(1, Integer.decode(register), 1, 11);
    assertThat(pci.assertedIrqs()).containsExactly(11);
    function.line.set(false);
    assertThat(pci.assertedIrqs()).isEmpty();
  }

  @Test
  @DisplayName("devices that share a PIRQ, and PIRQs that share an IRQ, are OR-ed")
  void sharing() {
    FakeFunction two = pci.add(2, 0x10011AF4);
    FakeFunction six = pci.add(6, 0x10011AF4);
    FakeFunction five = pci.add(5, 0x10011AF4);
    pci.write(1, 0x60, 2, 0x0A0A);
    two.line.set(true);
    two.line.set(true);
    six.line.set(true);
    five.line.set(true);
    two.line.set(false);
    assertThat(pci.assertedIrqs()).containsExactly(10);
    five.line.set(false);
    assertThat(pci.assertedIrqs()).containsExactly(10);
    six.line.set(false);
    assertThat(pci.assertedIrqs()).isEmpty();
  }

  @Test
  @DisplayName("an asserted interrupt follows its route, and bit 7 cuts it")
  void rerouting() {
    pci.add(2, 0x10011AF4).line.set(true);
    pci.write(1, 0x61, 1, 5);
    assertThat(pci.assertedIrqs()).containsExactly(5);
    pci.write(1, 0x61, 1, 15);
    assertThat(pci.assertedIrqs()).containsExactly(15);
    pci.write(1, 0x61, 1, 0x80 | 15);
    assertThat(pci.assertedIrqs()).isEmpty();
    pci.write(1, 0x61, 1, 0x70 | 9);
    assertThat(pci.read(1, 0x61, 1)).isEqualTo(9);
    assertThat(pci.assertedIrqs()).containsExactly(9);
    pci.piix3.reset();
    assertThat(pci.assertedIrqs()).isEmpty();
    assertThat(pci.read(1, 0x60, 4)).isEqualTo(0x80808080);
  }

  @ParameterizedTest(name = "IRQ {0}")
  @DisplayName("an IRQ that the data sheet reserves gets nothing")
  @ValueSource(ints = {0, 1, 2, 8, 13})
  void reservedIrqs(int irq) {
    pci.add(2, 0x10011AF4).line.set(true);
    pci.write(1, 0x61, 1, irq);
    assertThat(pci.assertedIrqs()).isEmpty();
  }

  @ParameterizedTest(name = "CF9 written with {0}")
  @DisplayName("RCPU going to 1 resets, hard or soft")
  @ValueSource(ints = {0x04, 0x06, 0x0E})
  void reset(int value) {
    pci.ports.write(0xCF9, 1, 0x02);
    assertThat(pci.stops).isEmpty();
    pci.ports.write(0xCF9, 1, value);
    assertThat(pci.stops).containsExactly(StopReason.PORT_CF9_RESET);
  }

  @Test
  @DisplayName("CF9 keeps the kind of reset and answers bytes only")
  void resetControlRegister() {
    pci.ports.write(0xCF9, 1, 0xFB);
    assertThat(pci.ports.read(0xCF9, 1)).isEqualTo(0x02);
    pci.ports.write(0xCF9, 2, 0x06);
    assertThat(pci.ports.read(0xCF9, 2)).isEqualTo(0xFFFF);
    assertThat(pci.stops).isEmpty();
    pci.piix3.reset();
    assertThat(pci.ports.read(0xCF9, 1)).isZero();
  }
}
