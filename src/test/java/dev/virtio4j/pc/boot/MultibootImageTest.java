package dev.virtio4j.pc.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.pc.ReferencePc;
import dev.virtio4j.pc.StopReason;
import dev.virtio4j.pc.memory.PhysicalMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A multiboot image")
class MultibootImageTest {
  private static final int MAGIC = 0x1BADB002;
  private static final int FLAT = 0x10000;
  private static final int FILE_BYTES = 256;

  /** Where the header is in the file, after 16 bytes that are not loaded. */
  private static final int POSITION = 32;

  private static final int LOAD = 0x20000;
  private static final int HEADER = LOAD + 16;

  private final PhysicalMemory memory = new PhysicalMemory(2 << 20);

  private static byte[] file(int flags, int header, int load, int loadEnd, int bssEnd) {
    ByteBuffer file = ByteBuffer.allocate(FILE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < FILE_BYTES; i++) {
      file.put((byte) (i + 1));
    }
    file.position(POSITION);
    file.putInt(MAGIC).putInt(flags).putInt(-(MAGIC + flags));
    file.putInt(header).putInt(load).putInt(loadEnd).putInt(bssEnd).putInt(0x20040);
    return file.array();
  }

  private byte[] loaded(int address, int length) {
    byte[] bytes = new byte[length];
    memory.read(address, bytes, 0, length);
    return bytes;
  }

  @Test
  @DisplayName("goes to its address up to the file's end, and starts at its entry")
  void wholeFile() throws IOException {
    byte[] file = file(FLAT, HEADER, LOAD, 0, 0);
    assertThat(MultibootImage.read("test", file).load(memory)).isEqualTo(0x20040);
    assertThat(loaded(LOAD, 240)).isEqualTo(Arrays.copyOfRange(file, 16, 256));
    assertThat(memory.load8(LOAD + 240)).isZero();
  }

  @Test
  @DisplayName("is loaded as far as it says, and zeroed from there")
  void partAndZeroes() throws IOException {
    memory.write(LOAD, new byte[] {1}, 0, 1);
    memory.store32(LOAD + 98, -1);
    byte[] file = file(FLAT, HEADER, LOAD, LOAD + 96, LOAD + 100);
    MultibootImage.read("test", file).load(memory);
    assertThat(loaded(LOAD, 96)).isEqualTo(Arrays.copyOfRange(file, 16, 112));
    assertThat(memory.load32(LOAD + 96)).isZero();
    assertThat(memory.load16(LOAD + 100)).isEqualTo(0xFFFF);
  }

  @Test
  @DisplayName("finds the magic in EAX and empty information at EBX, in flat protected mode")
  void entryState() throws IOException {
    // mov [22000h], eax; mov eax, [ebx]; mov [22004h], eax; mov eax, cr0; mov [22008h], eax; hlt
    byte[] program = {
      (byte) 0xA3,
      0,
      0x20,
      2,
      0,
      (byte) 0x8B,
      3,
      (byte) 0xA3,
      4,
      0x20,
      2,
      0,
      0x0F,
      0x20,
      (byte) 0xC0,
      (byte) 0xA3,
      8,
      0x20,
      2,
      0,
      (byte) 0xF4
    };
    byte[] file = file(FLAT, HEADER, LOAD, 0, 0);
    System.arraycopy(program, 0, file, 16 + 0x40, program.length);
    ReferencePc pc = new ReferencePc(2 << 20, 0, output -> {});
    pc.boot(MultibootImage.read("test", file));
    assertThat(pc.run()).isEqualTo(StopReason.HALTED);
    assertThat(pc.memory().load32(0x22000)).isEqualTo(0x2BADB002);
    assertThat(pc.memory().load32(0x22004)).isZero();
    assertThat(pc.memory().load32(0x22008) & 0x80000001).isEqualTo(1);
  }

  @ParameterizedTest(name = "flags {0}, header_addr {1}, load_end_addr {2}: {3}")
  @DisplayName("is refused in one line that names it, if it is not what can be loaded")
  @CsvSource({
    // spotless:off
    "0,       0x20010, 0,       multiboot flags 0x0; only flat images without requirements (0x10000) can be loaded",
    "0x10004, 0x20010, 0,       multiboot flags 0x10004; only flat images without requirements (0x10000) can be loaded",
    "0x10000, 0x1FFFF, 0,       the addresses in its multiboot header are not of this file",
    "0x10000, 0x20021, 0,       the addresses in its multiboot header are not of this file",
    "0x10000, 0x20010, 0x20000, the addresses in its multiboot header are not of this file",
    "0x10000, 0x20010, 0x200F1, the addresses in its multiboot header are not of this file",
    // spotless:on
  })
  void refused(int flags, int header, int loadEnd, String line) {
    assertThatThrownBy(() -> MultibootImage.read("test", file(flags, header, LOAD, loadEnd, 0)))
        .isInstanceOf(IOException.class)
        .hasMessage("test: " + line);
  }

  @Test
  @DisplayName("is refused without a header, with a cut one, and with a wrong checksum")
  void noHeader() {
    byte[] wrong = file(FLAT, HEADER, LOAD, 0, 0);
    wrong[POSITION + 8]++;
    byte[] cut = Arrays.copyOf(file(FLAT, HEADER, LOAD, 0, 0), POSITION + 31);
    for (byte[] file : new byte[][] {{}, new byte[FILE_BYTES], wrong, cut}) {
      assertThatThrownBy(() -> MultibootImage.read("test", file))
          .isInstanceOf(IOException.class)
          .hasMessage("test: is not a multiboot image");
    }
  }

  @ParameterizedTest(name = "at {0}: {2}")
  @DisplayName("is refused if it does not fit the machine")
  @CsvSource({
    // spotless:off
    "0x503,      0,          'the image wants 0x503 to 0x5f3, which is not all free RAM'",
    "0x9FFF0,    0,          'the image wants 0x9fff0 to 0xa00e0, which is not all free RAM'",
    "0x20000,    0x100000,   'the image wants 0x20000 to 0x100000, which is not all free RAM'",
    "0x1FFFF0,   0,          'the image needs at least 3 MiB of memory; the machine has 2 MiB'",
    "0x100000,   0x80000000, 'the image needs at least 2048 MiB of memory; the machine has 2 MiB'",
    // spotless:on
  })
  void doesNotFit(long load, long bssEnd, String line) throws IOException {
    MultibootImage image =
        MultibootImage.read("test", file(FLAT, (int) load + 16, (int) load, 0, (int) bssEnd));
    assertThatThrownBy(() -> image.load(memory))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(line);
  }
}
