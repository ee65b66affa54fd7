package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.host.GuestMemoryException;
import dev.virtio4j.pc.memory.PhysicalMemory;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The attribute map of the host bridge")
class HostBridgeTest {
  private static final int READ = 1;
  private static final int WRITE = 2;
  private static final int ROM_SIZE = 128 << 10;
  private static final int ROM_START = 0xE0000;

  private final Pci pci = new Pci();
  private final PhysicalMemory memory = pci.memory;

  @BeforeEach
  void rom() {
    byte[] rom = new byte[ROM_SIZE];
    Arrays.fill(rom, (byte) 'R');
    memory.putRom(rom);
  }

  private int read(int address) {
    int place = memory.readPlace(address);
    return place < 0 ? 0xFF : memory.ram[place];
  }

  private void write(int address, int value) {
    int place = memory.writePlace(address);
    if (place >= 0) {
      memory.ram[place] = (byte) value;
    }
  }

  @ParameterizedTest(name = "register {0} bit {1}: {2} to {3}")
  @CsvSource({
    "0x59, 4, 0xF0000, 0x100000",
    "0x5A, 0, 0xC0000, 0xC4000",
    "0x5A, 4, 0xC4000, 0xC8000",
    "0x5B, 0, 0xC8000, 0xCC000",
    "0x5B, 4, 0xCC000, 0xD0000",
    "0x5C, 0, 0xD0000, 0xD4000",
    "0x5C, 4, 0xD4000, 0xD8000",
    "0x5D, 0, 0xD8000, 0xDC000",
    "0x5D, 4, 0xDC000, 0xE0000",
    "0x5E, 0, 0xE0000, 0xE4000",
    "0x5E, 4, 0xE4000, 0xE8000",
    "0x5F, 0, 0xE8000, 0xEC000",
    "0x5F, 4, 0xEC000, 0xF0000"
  })
  @DisplayName("has reads and writes of a range go to RAM, each by a bit of its own")
  void range(int register, int shift, int start, int end) {
    int rom = start >= ROM_START ? 'R' : 0xFF;
    for (int address : new int[] {start, end - 1}) {
      write(address, 'x');
      assertThat(read(address)).isEqualTo(rom);
      pci.write(0, register, 1, WRITE << shift);
      write(address, 'W');
      assertThat(read(address)).isEqualTo(rom);
      memory.store8(address, 'D');
      assertThatThrownBy(() -> memory.load8(address)).isInstanceOf(GuestMemoryException.class);
      pci.write(0, register, 1, READ << shift);
      write(address, 'x');
      assertThat(read(address)).isEqualTo('D');
      assertThat(memory.load8(address)).isEqualTo('D');
      assertThatThrownBy(() -> memory.store8(address, 'x'))
          .isInstanceOf(GuestMemoryException.class);
      pci.write(0, register, 1, (READ | WRITE) << shift);
      write(address, 'B');
      assertThat(read(address)).isEqualTo('B');
      assertThat(memory.writePlace(start - 1)).as("below").isNegative();
      if (end < 1 << 20) {
        assertThat(memory.writePlace(end)).as("above").isNegative();
      }
      pci.write(0, register, 1, 0);
    }
  }

  @Test
  @DisplayName("shows nothing but the ROM after a reset")
  void reset() {
    for (int register = 0x59; register <= 0x5F; register++) {
      pci.write(0, register, 1, 0xFF);
    }
    assertThat(pci.read(0, 0x58, 4)).isEqualTo(0x33333000);
    assertThat(memory.readPlace(0xFFFFF)).isEqualTo(0xFFFFF);
    pci.bus.reset();
    assertThat(pci.read(0, 0x58, 4)).isZero();
    assertThat(read(0xFFFFF)).isEqualTo('R');
    assertThat(memory.writePlace(0xFFFFF)).isNegative();
  }

  @Test
  @DisplayName("leaves the ROM below 4 GiB alone, where nothing can be written")
  void highRom() {
    assertThat(read(-ROM_SIZE)).isEqualTo('R');
    assertThat(read(-1)).isEqualTo('R');
    assertThat(memory.readPlace(-ROM_SIZE - 1)).isNegative();
    assertThat(memory.readPlace(Integer.MIN_VALUE)).as("80000000h").isNegative();
    assertThat(memory.writePlace(-1)).isNegative();
    assertThatThrownBy(() -> memory.load8(0xFFFFFFFFL)).isInstanceOf(GuestMemoryException.class);
  }
}
