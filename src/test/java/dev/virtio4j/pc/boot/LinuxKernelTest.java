package dev.virtio4j.pc.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.pc.memory.PhysicalMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Loading a bzImage by the 32-bit boot protocol")
class LinuxKernelTest {
  private static final int MIB = 1 << 20;
  private static final int SETUP_SECTS = 7;
  private static final byte[] CODE = pattern(100_000 / 16 * 16);

  @TempDir Path dir;

  private final PhysicalMemory memory = new PhysicalMemory(64 * MIB);

  private static byte[] pattern(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 8) + 1);
    }
    return bytes;
  }

  /** A kernel as Debian 12's is made: protocol 2.15, relocatable, to run at 16 MiB. */
  static byte[] debianLike() {
    ByteBuffer image =
        ByteBuffer.allocate((SETUP_SECTS + 1) * 512 + CODE.length).order(ByteOrder.LITTLE_ENDIAN);
    image.put(0, (byte) 0x5A).put(0x1EF, (byte) 0x5A); // code around the header, not to be copied
    image.put(0x1F1, (byte) SETUP_SECTS).putInt(0x1F4, CODE.length / 16);
    image.putShort(0x1FE, (short) 0xAA55).putShort(0x200, (short) 0x6AEB);
    image.put(0x202, "HdrS".getBytes(StandardCharsets.US_ASCII)).putShort(0x206, (short) 0x20F);
    image.put(0x211, (byte) 1).putInt(0x214, 0x100000).putInt(0x22C, 0x7FFFFFFF);
    image.putInt(0x230, 16 * MIB).put(0x234, (byte) 1).putInt(0x238, 2047);
    image.putLong(0x258, 16 * MIB).putInt(0x260, 17 * MIB).put(0x26C, (byte) 0x5A);
    return image.put((SETUP_SECTS + 1) * 512, CODE).array();
  }

  private LinuxKernel kernel(Consumer<ByteBuffer> change) throws IOException {
    byte[] image = debianLike();
    change.accept(ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN));
    return LinuxKernel.read(Files.write(dir.resolve("vmlinuz"), image));
  }

  private byte[] loaded(long address, int length) {
    byte[] bytes = new byte[length];
    memory.read(address, bytes, 0, length);
    return bytes;
  }

  @Test
  @DisplayName("code at 1 MiB, boot_params in ESI, and a GDT with flat segments 10h and 18h")
  void entry() throws IOException {
    LinuxEntry entry = kernel(image -> {}).load(memory, null, "console=ttyS0");
    assertThat(entry.eip()).isEqualTo(0x100000);
    assertThat(loaded(0x100000, CODE.length)).isEqualTo(CODE);
    assertThat(entry.bootParams()).isEqualTo(0x90000);
    assertThat(entry.gdtLimit()).isEqualTo(0x1F);
    assertThat(memory.load64(entry.gdtBase() + 0x10)).isEqualTo(0x00CF9B000000FFFFL);
    assertThat(memory.load64(entry.gdtBase() + 0x18)).isEqualTo(0x00CF93000000FFFFL);
  }

  /** Puts a packed kernel, of 3 bytes at 16 MiB, where the setup header says. */
  private static void addPayload(ByteBuffer image, int offset) throws IOException {
    ByteBuffer elf = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
    elf.put(0, new byte[] {0x7F, 'E', 'L', 'F', 1, 1, 1}).putShort(18, (short) 3);
    elf.putInt(24, 16 * MIB + 1).putInt(28, 52).putShort(42, (short) 32).putShort(44, (short) 1);
    elf.putInt(52, 1).putInt(56, 97).putInt(64, 16 * MIB).putInt(68, 3).put(97, pattern(3));
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(elf.array());
    }
    image.put((SETUP_SECTS + 1) * 512 + 1000, packed.toByteArray());
    image.putInt(0x248, offset).putInt(0x24C, packed.size());
  }

  @Test
  @DisplayName("a kernel whose payload can be unpacked here lies at pref_address, and starts there")
  void unpacked() throws IOException {
    byte[] image = debianLike();
    addPayload(ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN), 1000);
    Path file = Files.write(dir.resolve("packed"), image);

    assertThat(LinuxKernel.read(file).load(memory, null, "").eip()).isEqualTo(16 * MIB + 1);
    assertThat(loaded(16 * MIB, 3)).isEqualTo(pattern(3));
    assertThat(memory.load8(0x100000)).as("the code that would unpack it").isZero();
  }

  @Test
  @DisplayName("a preferred address below 1 MiB leaves alone what the kernel needs there")
  void lowPreferredAddress() throws IOException {
    byte[] image = debianLike();
    ByteBuffer changed = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    addPayload(changed, 1000);
    changed.putLong(0x258, 0);
    Path file = Files.write(dir.resolve("low"), image);

    LinuxEntry entry = LinuxKernel.read(file).load(memory, null, "quiet");
    assertThat(entry.eip()).isEqualTo(16 * MIB + 1);
    assertThat(loaded(16 * MIB, 3)).isEqualTo(pattern(3));
    assertThat(memory.load32(entry.bootParams() + 0x202)).as("header").isEqualTo(0x53726448);
    assertThat(memory.load64(entry.gdtBase() + 0x10)).isEqualTo(0x00CF9B000000FFFFL);
  }

  @Test
  @DisplayName("a payload that is not in the file, or is nothing we know, is left to the kernel")
  void unpacksItself() throws IOException {
    for (int offset : new int[] {0, 1001, CODE.length - 1, -1}) {
      byte[] image = debianLike();
      addPayload(ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN), offset);
      Path file = Files.write(dir.resolve("other"), image);
      assertThat(LinuxKernel.read(file).load(memory, null, "").eip()).isEqualTo(0x100000);
    }
  }

  @Test
  @DisplayName("boot_params holds the setup header, the loader's fields, and zeros")
  void bootParams() throws IOException {
    memory.write(0x90000, pattern(4096), 0, 4096);
    int params = kernel(image -> {}).load(memory, null, "console=ttyS0").bootParams();

    assertThat(loaded(params, 0x1E8)).as("screen_info and what follows").containsOnly(0);
    assertThat(memory.load8(params + 0x1EF)).as("sentinel").isZero();
    assertThat(memory.load8(params + 0x1F1)).as("setup_sects").isEqualTo(SETUP_SECTS);
    assertThat(memory.load16(params + 0x1FA)).as("vid_mode").isEqualTo(0xFFFF);
    assertThat(memory.load32(params + 0x202)).as("header").isEqualTo(0x53726448);
    assertThat(memory.load8(params + 0x210)).as("type_of_loader").isEqualTo(0xFF);
    assertThat(memory.load8(params + 0x211)).as("loadflags").isEqualTo(0x01);
    assertThat(memory.load64(params + 0x218)).as("ramdisk_image and _size").isZero();
    assertThat(memory.load32(params + 0x260)).as("init_size").isEqualTo(17 * MIB);
    assertThat(memory.load8(params + 0x26C)).as("behind the header").isZero();
    int commandLine = memory.load32(params + 0x228);
    assertThat(new String(loaded(commandLine, 14), StandardCharsets.UTF_8))
        .isEqualTo("console=ttyS0\0");
  }

  @Test
  @DisplayName("the memory map is a PC's: 639 KiB, the BIOS areas, and RAM from 1 MiB")
  void memoryMap() throws IOException {
    int params = kernel(image -> {}).load(memory, null, "").bootParams();
    assertThat(memory.load8(params + 0x1E8)).isEqualTo(4);
    long[][] expected = {
      {0, 0x9FC00, 1}, {0x9FC00, 0x400, 2}, {0xF0000, 0x10000, 2}, {0x100000, 63 * MIB, 1}
    };
    for (int i = 0; i < expected.length; i++) {
      int entry = params + 0x2D0 + 20 * i;
      assertThat(
              new long[] {
                memory.load64(entry), memory.load64(entry + 8), memory.load32(entry + 16)
              })
          .isEqualTo(expected[i]);
    }
  }

  @Test
  @DisplayName("the initrd lies page-aligned at the end of RAM")
  void initrdAtTheTop() throws IOException {
    byte[] initrd = pattern(10_000);
    int params = kernel(image -> {}).load(memory, initrd, "").bootParams();
    assertThat(memory.load32(params + 0x218)).isEqualTo(64 * MIB - 3 * 4096);
    assertThat(memory.load32(params + 0x21C)).isEqualTo(10_000);
    assertThat(loaded(64 * MIB - 3 * 4096, 10_000)).isEqualTo(initrd);
  }

  @Test
  @DisplayName("the initrd stays below initrd_addr_max")
  void initrdLimit() throws IOException {
    LinuxKernel kernel = kernel(image -> image.putInt(0x22C, 40 * MIB - 1));
    int params = kernel.load(memory, new byte[4096], "").bootParams();
    assertThat(memory.load32(params + 0x218)).isEqualTo(40 * MIB - 4096);

    assertThatThrownBy(() -> kernel.load(memory, new byte[8 * MIB], ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the initrd has 8388608 bytes, too many for this kernel,"
                + " which wants it below 0x2800000");
  }

  @Test
  @DisplayName("too little memory: the message says how much is enough, and that much is")
  void tooLittleMemory() throws IOException {
    LinuxKernel kernel = kernel(image -> {});
    assertThatThrownBy(() -> kernel.load(new PhysicalMemory(32 * MIB), null, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the kernel needs at least 33 MiB of memory; the machine has 32 MiB");
    kernel.load(new PhysicalMemory(33 * MIB), null, "");

    byte[] initrd = new byte[2 * MIB + 1];
    assertThatThrownBy(() -> kernel.load(new PhysicalMemory(35 * MIB), initrd, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the kernel and its initrd need at least 36 MiB of memory; the machine has 35 MiB");
    kernel.load(new PhysicalMemory(36 * MIB), initrd, "");
  }

  @Test
  @DisplayName("the command line may be as long as the kernel says, and no longer")
  void commandLineLength() throws IOException {
    LinuxKernel kernel = kernel(image -> {});
    kernel.load(memory, null, "x".repeat(2047));
    assertThatThrownBy(() -> kernel.load(memory, null, "x".repeat(2048)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the kernel command line has 2048 bytes; this kernel takes at most 2047");
    assertThat(memory.load8(0x20000 + 2047)).isZero();
  }

  @Test
  @DisplayName("an old kernel (protocol 2.03) says less: 255 bytes of command line, runs at 1 MiB")
  void oldKernel() throws IOException {
    LinuxKernel kernel =
        kernel(
            image ->
                image
                    .putShort(0x206, (short) 0x203)
                    .put(0x201, (byte) 0x2E)
                    .putInt(0x1F4, 0x7FFF1234)
                    .put(0x236, (byte) 1)
                    .putInt(0x22C, 0x37FFFFFF));
    PhysicalMemory small = new PhysicalMemory(2 * MIB);
    assertThat(kernel.load(small, new byte[1], "x".repeat(255)).eip()).isEqualTo(0x100000);
    assertThat(small.load32(0x90230)).as("past its header").isZero();
    assertThatThrownBy(() -> kernel.load(small, null, "x".repeat(256)))
        .hasMessageContaining("at most 255");
    assertThatThrownBy(() -> kernel.load(new PhysicalMemory(MIB), null, ""))
        .hasMessage("the kernel needs at least 2 MiB of memory; the machine has 1 MiB");
  }

  @Test
  @DisplayName("four setup sectors where setup_sects is 0")
  void defaultSetupSects() throws IOException {
    LinuxKernel kernel = kernel(image -> image.put(0x1F1, (byte) 0));
    kernel.load(memory, null, "");
    byte[] expected = Arrays.copyOfRange(debianLike(), 5 * 512, 8 * 512);
    assertThat(loaded(0x100000, 3 * 512)).isEqualTo(expected);
  }

  @Test
  @DisplayName("what is no kernel is refused in one line that names the file")
  void refused() throws IOException {
    Path missing = dir.resolve("missing");
    assertThatThrownBy(() -> LinuxKernel.read(missing))
        .isInstanceOf(IOException.class)
        .hasMessage("kernel " + missing + " does not exist");
    assertThatThrownBy(() -> LinuxKernel.read(dir))
        .isInstanceOf(IOException.class)
        .hasMessage("kernel " + dir + " is a directory, not a bzImage");
    Path device = Path.of("/dev/null");
    assertThatThrownBy(() -> LinuxKernel.read(device))
        .isInstanceOf(IOException.class)
        .hasMessage("kernel " + device + " is a device or a pipe, not a bzImage");
    for (int length : new int[] {0, 512, 1023}) {
      Path file = Files.write(dir.resolve("short"), Arrays.copyOf(debianLike(), length));
      assertThatThrownBy(() -> LinuxKernel.read(file))
          .isInstanceOf(IOException.class)
          .hasMessage("kernel " + file + " is not a Linux bzImage (a vmlinuz file)");
    }
    for (int length : new int[] {1024, 8 * 512, 8 * 512 + CODE.length - 16}) {
      Path file = Files.write(dir.resolve("cut"), Arrays.copyOf(debianLike(), length));
      assertThatThrownBy(() -> LinuxKernel.read(file))
          .isInstanceOf(IOException.class)
          .hasMessage("kernel " + file + " is cut short");
    }
  }

  @Test
  @DisplayName("boot sectors, zImages and kernels before protocol 2.03 are no bzImages")
  void noBzImage() {
    assertRefused(image -> image.putShort(0x1FE, (short) 0), "is not a Linux bzImage");
    assertRefused(image -> image.putInt(0x202, 0), "is not a Linux bzImage");
    assertRefused(image -> image.putShort(0x206, (short) 0x202), "is not a Linux bzImage");
    assertRefused(image -> image.put(0x211, (byte) 0), "is not a Linux bzImage");
  }

  @Test
  @DisplayName("a 64-bit kernel is refused")
  void wrongArchitecture() {
    assertRefused(image -> image.putShort(0x236, (short) 3), "is a 64-bit kernel");
    assertRefused(image -> image.putLong(0x258, 1L << 32), "is a 64-bit kernel");
  }

  private void assertRefused(Consumer<ByteBuffer> change, String why) {
    assertThatThrownBy(() -> kernel(change))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(why)
        .hasMessageNotContaining("\n");
  }
}
