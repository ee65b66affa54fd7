package dev.virtio4j.pc;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.io.IOUtils;

/**
 * A disk from which a BIOS boots a Linux kernel, for machines into whose memory one can't be put:
 *
 * <pre>
 *   sector 0   boot sector (src/main/asm/boot-sector.asm) with a table of what goes where
 *   from 1     real-mode code of the kernel, with the setup header filled in  -> 10000
 *              command line                                                   -> 20000
 *              protected-mode code                                            -> 100000
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
   * Writes such a disk.
   *
   * @param file the image; a new or an empty file
   * @param kernel the kernel
   * @param initrd the initial RAM disk; null for none
   * @param commandLine the kernel's command line
   * @param memorySize the machine's RAM, in bytes
   * @throws IOException if the file can't be written
   * @throws IllegalArgumentException if the machine has too little memory or the command line is
   *     too long; the message is one line and says how much would do
   */
  public static void write(
      Path file, LinuxKernel kernel, byte[] initrd, String commandLine, int memorySize)
      throws IOException {
    kernel.checkMemory(memorySize);
    ByteBuffer setup = kernel.setup();
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
    byte[] text = kernel.commandLine(commandLine, COMMAND_LINE_ROOM);
    List<Extent> extents =
        List.of(
            new Extent(setup, REAL_MODE_CODE),
            new Extent(ByteBuffer.wrap(text), COMMAND_LINE),
            new Extent(ByteBuffer.wrap(kernel.code()), LinuxKernel.LOAD_ADDRESS),
            new Extent(ramDisk, ramDiskAddress));
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      write(out, extents);
    }
  }

  private static void write(RandomAccessFile out, List<Extent> extents) throws IOException {
    ByteBuffer bootSector =
        ByteBuffer.wrap(IOUtils.resourceToByteArray("/dev/virtio4j/pc/boot-sector.bin"))
            .order(ByteOrder.LITTLE_ENDIAN)
            .position(EXTENTS);
    long sector = 1;
    for (Extent extent : extents) {
      bootSector.putInt((int) sector).putInt(extent.sectors()).putInt(extent.address);
      write(out, sector, extent.bytes);
      sector += extent.sectors();
    }
    write(out, 0, bootSector.rewind());
    out.setLength((sector * SECTOR + CYLINDER - 1) / CYLINDER * CYLINDER);
  }

  private static void write(RandomAccessFile out, long sector, ByteBuffer bytes)
      throws IOException {
    FileChannel channel = out.getChannel().position(sector * SECTOR);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
