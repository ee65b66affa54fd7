package dev.virtio4j.pc.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.commons.io.IOUtils;

/**
 * A disk from which a BIOS boots a Linux kernel, for machines into whose memory one can't be put:
 *
 * <pre>
 *   sector 0   boot sector (src/main/asm/boot-sector.asm) with a table of what goes where
 *   from 1     real-mode code of the kernel, with the setup header filled in  -> 10000
 *              command line                                                   -> 20000
 *              the kernel proper, or its protected-mode code                  -> where it belongs
 *              initrd                                                         -> near the end of RAM
 * </pre>
 *
 * <p>Each starts at a sector. The kernel is entered at its real-mode code, which asks the BIOS for
 * the memory map.
 */
public final class BootDisk {
  private static final int SECTOR = 512;

  /** A disk of whole cylinders, as old BIOSes want them. */
  private static final int CYLINDER = 16 * 63 * SECTOR;

  // What the boot sector knows.
  private static final int EXTENTS = 0x180;
  private static final int REAL_MODE_CODE = 0x10000;
  private static final int STACK = 0xE000;
  private static final int COMMAND_LINE = 0x20000;
  private static final int COMMAND_LINE_ROOM = 0x10000;

  /** Old kernels take the heap's end from 200h on (boot.rst, heap_end_ptr). */
  private static final int HEAP_END_PTR = STACK - 0x200;

  private static final int CAN_USE_HEAP = 0x80;

  /** What a BIOS may keep of the end of memory. */
  private static final int BIOS_MEMORY = 1 << 20;

  /** Bytes, and where in memory they go. */
  private record Extent(ByteBuffer bytes, int address) {
    int sectors() {
      return (bytes.capacity() + SECTOR - 1) / SECTOR;
    }
  }

  private BootDisk() {}

  /**
   * Makes such a disk.
   *
   * @param kernel the kernel
   * @param initrd the initial RAM disk; null for none
   * @param commandLine the kernel's command line
   * @param memorySize the machine's RAM, in bytes
   * @return the image
   * @throws IllegalArgumentException if the machine has too little memory, or the command line or
   *     the real-mode code is too long; the message is one line and says how much would do
   */
  public static byte[] image(
      LinuxKernel kernel, byte[] initrd, String commandLine, int memorySize) {
    kernel.checkMemory(memorySize);
    ByteBuffer setup = kernel.setup();
    if (setup.capacity() > HEAP_END_PTR) {
      throw new IllegalArgumentException(
          "the kernel's real-mode code has %d bytes; there is room for %d"
              .formatted(setup.capacity(), HEAP_END_PTR));
    }
    BootParams.VID_MODE.write(setup, LinuxKernel.VID_MODE_NORMAL);
    BootParams.TYPE_OF_LOADER.write(setup, LinuxKernel.TYPE_OF_LOADER_UNDEFINED);
    BootParams.LOADFLAGS.write(setup, (int) BootParams.LOADFLAGS.read(setup) | CAN_USE_HEAP);
    BootParams.HEAP_END_PTR.write(setup, HEAP_END_PTR);
    BootParams.CMD_LINE_PTR.write(setup, COMMAND_LINE);
    ByteBuffer ramDisk = ByteBuffer.wrap(initrd == null ? new byte[0] : initrd);
    int ramDiskAddress = 0;
    if (initrd != null) {
      ramDiskAddress = kernel.placeInitrd(memorySize, BIOS_MEMORY, initrd.length);
      BootParams.RAMDISK_IMAGE.write(setup, ramDiskAddress);
      BootParams.RAMDISK_SIZE.write(setup, initrd.length);
    }
    KernelPayload code = kernel.loaded();
    BootParams.CODE32_START.write(setup, code.entry());
    byte[] text = kernel.commandLine(commandLine, COMMAND_LINE_ROOM);
    List<Extent> extents =
        List.of(
            new Extent(setup, REAL_MODE_CODE),
            new Extent(ByteBuffer.wrap(text), COMMAND_LINE),
            new Extent(code.image(), code.address()),
            new Extent(ramDisk, ramDiskAddress));
    return image(extents);
  }

  private static byte[] image(List<Extent> extents) {
    int sectors = 1 + extents.stream().mapToInt(Extent::sectors).sum();
    int size = (sectors * SECTOR + CYLINDER - 1) / CYLINDER * CYLINDER;
    ByteBuffer image = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    image.put(bootSector()).position(EXTENTS);
    int sector = 1;
    for (Extent extent : extents) {
      image.putInt(sector).putInt(extent.sectors()).putInt(extent.address);
      image.put(sector * SECTOR, extent.bytes, 0, extent.bytes.capacity());
      sector += extent.sectors();
    }
    return image.array();
  }

  private static byte[] bootSector() {
    try {
      return IOUtils.resourceToByteArray("/dev/virtio4j/pc/boot/boot-sector.bin");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
