package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.pc.memory.PortDevice;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What firmware leaves to the operating system")
class PciSetupTest {
  private final Pci pci = new Pci();
  private final int[] elcr = new int[2];

  PciSetupTest() {
    pci.ports.map(
        0x4D0,
        2,
        new PortDevice() {
          @Override
          public int read(int port, int width) {
            return elcr[port - 0x4D0];
          }

          @Override
          public void write(int port, int width, int value) {
            elcr[port - 0x4D0] = value;
          }
        });
  }

  @Test
  @DisplayName("each I/O BAR has ports of its own, from C000h, and the function is switched on")
  void bars() {
    pci.add(2, 0x10011AF4);
    pci.add(7, 0x10041AF4);
    PciSetup.run(pci.ports);
    assertThat(pci.read(2, 0x10, 4)).isEqualTo(0xC001);
    assertThat(pci.read(7, 0x10, 4)).isEqualTo(0xC041);
    assertThat(pci.read(2, 0x04, 2)).isEqualTo(0x0005);
    assertThat(pci.ports.read(0xC03E, 2)).isEqualTo(0x1001);
    assertThat(pci.ports.read(0xC040, 2)).isEqualTo(0x1004);
  }

  @Test
  @DisplayName("the interrupt line register names the IRQ at which the device's INTA arrives")
  void interruptLines() {
    for (int device = 2; device < 32; device++) {
      FakeFunction function = pci.add(device, 0x10011AF4);
      PciSetup.run(pci.ports);
      function.line.set(true);
      assertThat(pci.assertedIrqs()).containsExactly(pci.read(device, 0x3C, 1)).isSubsetOf(10, 11);
      function.line.set(false);
    }
  }

  @Test
  @DisplayName("IRQs 10 and 11 are level-triggered, the others edge-triggered")
  void levelTriggered() {
    PciSetup.run(pci.ports);
    assertThat(elcr).containsExactly(0x00, 0x0C);
  }

  @Test
  @DisplayName("a function without an interrupt pin or BAR is left as it is")
  void nothingToSetUp() {
    FakeFunction function = pci.add(3, 0x12345678);
    function.config.put(0x3D, (byte) 0);
    PciSetup.run(pci.ports);
    assertThat(pci.read(3, 0x3C, 1)).isZero();
    assertThat(pci.read(1, 0x04, 2)).isEqualTo(0x0007);
  }
}
