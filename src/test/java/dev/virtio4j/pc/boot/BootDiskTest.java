package dev.virtio4j.pc.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.pc.ReferencePc;
import dev.virtio4j.pc.StopReason;
import dev.virtio4j.pci.PciFunction;
import dev.virtio4j.testing.Needs;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.blk.BlkOptions;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A disk from which a BIOS boots a kernel")
class BootDiskTest {
  private static final int MIB = 1 << 20;
  private static final int SETUP_SECTORS = 20;

  /** More than the boot sector moves at once, and no multiple of it. */
  private static final byte[] CODE = random(1, 3 * MIB + 48);

  private static final byte[] INITRD = random(2, 70_001);

  @TempDir private Path directory;

  private static byte[] random(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** A kernel whose real-mode code sends a byte on COM1 and halts. */
  private LinuxKernel kernel() throws IOException {
    return kernel(SETUP_SECTORS);
  }

  private LinuxKernel kernel(int setupSectors) throws IOException {
    ByteBuffer image =
        ByteBuffer.allocate((setupSectors + 1) * 512 + CODE.length).order(ByteOrder.LITTLE_ENDIAN);
    image.put(0x1F1, (byte) setupSectors).putInt(0x1F4, CODE.length / 16);
    image.putShort(0x1FE, (short) 0xAA55).putShort(0x200, (short) 0x6AEB); // jmp 26Ch
    image.put(0x202, "HdrS".getBytes(StandardCharsets.US_ASCII)).putShort(0x206, (short) 0x20F);
    image.put(0x211, (byte) 1).putInt(0x22C, 0x7FFFFFFF).putInt(0x238, 2047);
    byte[] code = {
      (byte) 0xBA,
      (byte) 0xF8,
      0x03, // mov dx, 3F8h
      (byte) 0xB0,
      0x4B, // mov al, 'K'
      (byte) 0xEE, // out dx, al
      (byte) 0xFA,
      (byte) 0xF4 // cli, hlt
    };
    image.put(0x26C, code).put((setupSectors + 1) * 512 - 1, (byte) 0x5A);
    image.put((setupSectors + 1) * 512, CODE);
    return LinuxKernel.read(Files.write(directory.resolve("vmlinuz"), image.array()));
  }

  private static byte[] memory(ReferencePc pc, long address, int length) {
    byte[] bytes = new byte[length];
    pc.memory().read(address, bytes, 0, length);
    return bytes;
  }

  /** Boots by SeaBIOS from a virtio disk with the image. */
  private static ReferencePc boot(byte[] image) throws IOException {
    StringBuilder serial = new StringBuilder();
    ReferencePc pc =
        new ReferencePc(
            32 * MIB, ReferencePc.DEFAULT_START_SECONDS, value -> serial.append((char) value));
    pc.plug(disk(image, pc.guestMemory(), pc.clock()));
    pc.boot(Firmware.read(Needs.seaBios("bios.bin")));
    assertThat(pc.run()).isEqualTo(StopReason.HALTED);
    assertThat(serial).hasToString("K");
    return pc;
  }

  private static PciFunction disk(byte[] image, GuestMemory memory, EventClock clock) {
    BlkDevice disk = new BlkDevice(new MemoryBackend(image, true), BlkOptions.builder().build());
    return VirtioPciFunction.of(disk, memory, clock);
  }

  @Test
  @DisplayName("SeaBIOS and the boot sector put all of it in its place, and enter the kernel")
  void boots() throws IOException {
    String commandLine = "console=ttyS0 " + "x".repeat(600);
    ReferencePc pc = boot(BootDisk.image(kernel(), INITRD, commandLine, 32 * MIB));

    assertThat(memory(pc, 0x100000, CODE.length)).as("code").isEqualTo(CODE);
    assertThat(memory(pc, 0x101FF + SETUP_SECTORS * 512, 1)).as("setup").containsExactly(0x5A);
    assertThat(pc.memory().load8(0x10210)).as("type_of_loader").isEqualTo(0xFF);
    assertThat(pc.memory().load8(0x10211)).as("loadflags").isEqualTo(0x81);
    assertThat(pc.memory().load32(0x10214)).as("code32_start").isEqualTo(0x100000);
    assertThat(pc.memory().load16(0x10224)).as("heap_end_ptr").isEqualTo(0xDE00);
    assertThat(pc.memory().load32(0x10228)).as("cmd_line_ptr").isEqualTo(0x20000);
    assertThat(memory(pc, 0x20000, commandLine.length() + 1))
        .isEqualTo((commandLine + "\0").getBytes(StandardCharsets.US_ASCII));
    int initrd = pc.memory().load32(0x10218);
    assertThat(initrd).as("ramdisk_image").isEqualTo(31 * MIB - 18 * 4096);
    assertThat(pc.memory().load32(0x1021C)).as("ramdisk_size").isEqualTo(INITRD.length);
    assertThat(memory(pc, initrd, INITRD.length)).as("initrd").isEqualTo(INITRD);
  }

  @Test
  @DisplayName("a kernel without an initrd is told of none")
  void noInitrd() throws IOException {
    byte[] image = BootDisk.image(kernel(), null, "", 32 * MIB);
    ReferencePc pc = boot(image);
    assertThat(memory(pc, 0x100000, CODE.length)).isEqualTo(CODE);
    assertThat(pc.memory().load64(0x10218)).as("ramdisk_image and _size").isZero();
    assertThat(pc.memory().load8(0x20000)).as("command line").isZero();
  }

  @Test
  @DisplayName("the partition table is empty, and the disk has whole cylinders")
  void geometry() throws IOException {
    byte[] image = BootDisk.image(kernel(), INITRD, "", 32 * MIB);
    assertThat(Arrays.copyOfRange(image, 0x1BE, 0x1FE)).containsOnly(0);
    assertThat(image.length % (16 * 63 * 512)).isZero();
  }

  @Test
  @DisplayName("what does not fit the machine is refused, with what would do")
  void refused() throws IOException {
    LinuxKernel kernel = kernel();
    assertThatThrownBy(() -> BootDisk.image(kernel, null, "", 4 * MIB))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the kernel needs at least 5 MiB of memory; the machine has 4 MiB");
    assertThatThrownBy(() -> BootDisk.image(kernel, INITRD, "", 5 * MIB))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the kernel and its initrd need at least 6 MiB of memory; the machine has 5 MiB");
    assertThatThrownBy(() -> BootDisk.image(kernel, null, "x".repeat(2048), 32 * MIB))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the kernel command line has 2048 bytes; this kernel takes at most 2047");
  }

  @Test
  @DisplayName("so is a kernel whose real-mode code would reach into its own stack")
  void longSetup() throws IOException {
    assertThat(BootDisk.image(kernel(110), null, "", 32 * MIB)).isNotEmpty();
    LinuxKernel kernel = kernel(111);
    assertThatThrownBy(() -> BootDisk.image(kernel, null, "", 32 * MIB))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the kernel's real-mode code has 57344 bytes; there is room for 56832");
  }
}
