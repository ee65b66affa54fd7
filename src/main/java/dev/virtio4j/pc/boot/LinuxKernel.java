package dev.virtio4j.pc.boot;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pc.memory.PhysicalMemory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A Linux kernel in bzImage format, and its loader by the 32-bit boot protocol (the kernel's
 * Documentation/x86/boot.rst). What it writes to memory:
 *
 * <pre>
 *   001000  GDT
 *   020000  command line
 *   090000  boot_params, with the setup header and the memory map
 *   pref_address  the kernel proper; where only the kernel itself can unpack that, instead
 *   100000        its protected-mode code
 *     ...
 *           initrd, as high as RAM and initrd_addr_max allow
 * </pre>
 */
public final class LinuxKernel {
  private static final String SECTION = "kernel";

  private static final int GDT = 0x1000;
  private static final int COMMAND_LINE = 0x20000;
  private static final int BOOT_PARAMS = 0x90000;

  /** Where the protected-mode code goes; above all that a BIOS and the loader have. */
  private static final int LOAD_ADDRESS = 0x100000;

  private static final int SECTOR = 512;
  private static final int PAGE = 4096;

  private static final int BOOT_FLAG_MAGIC = 0xAA55;
  private static final int HEADER_MAGIC = 0x53726448; // "HdrS"
  static final int VID_MODE_NORMAL = 0xFFFF;
  static final int TYPE_OF_LOADER_UNDEFINED = 0xFF;
  private static final int LOADED_HIGH = 0x01;
  private static final int XLF_KERNEL_64 = 0x01;

  /** The first version that says how high the initrd may be. */
  private static final int OLDEST_VERSION = 0x203;

  /** How many setup sectors a 0 in setup_sects stands for. */
  private static final int DEFAULT_SETUP_SECTS = 4;

  /** The longest command line of kernels that don't say theirs. */
  private static final int DEFAULT_CMDLINE_SIZE = 255;

  private static final int E820_RAM = 1;
  private static final int E820_RESERVED = 2;

  /** Where the extended BIOS data area starts on a PC. */
  private static final int EBDA = 0x9FC00;

  private static final int BIOS_ROM = 0xF0000;

  /** Null, null, {@link LinuxEntry#BOOT_CS} and {@link LinuxEntry#BOOT_DS}. */
  private static final long[] DESCRIPTORS = {0, 0, 0x00CF9B000000FFFFL, 0x00CF93000000FFFFL};

  private final ByteBuffer setup;
  private final byte[] code;
  private final int version;

  private LinuxKernel(byte[] setup, byte[] code) {
    this.setup = ByteBuffer.wrap(setup).order(ByteOrder.LITTLE_ENDIAN);
    this.code = code;
    this.version = (int) BootParams.VERSION.read(this.setup);
  }

  /**
   * Reads a kernel.
   *
   * @param file a bzImage for 32-bit x86, of boot protocol 2.03 (Linux 2.4.18) or later
   * @return the kernel
   * @throws IOException if the file can't be read or is something else; the message is one line and
   *     names the file
   */
  public static LinuxKernel read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw bad(file, "is a directory, not a bzImage", null);
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw bad(file, "is a device or a pipe, not a bzImage", null); // which may never end
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(2 * SECTOR);
      ByteBuffer header = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
      if (start.length < 2 * SECTOR || !isBzImage(header)) {
        throw bad(file, "is not a Linux bzImage (a vmlinuz file)", null);
      }
      int setupSects = (int) BootParams.SETUP_SECTS.read(header);
      if (setupSects == 0) {
        setupSects = DEFAULT_SETUP_SECTS;
      }
      byte[] setup = Arrays.copyOf(start, (1 + setupSects) * SECTOR);
      if (in.readNBytes(setup, start.length, setup.length - start.length)
          < setup.length - start.length) {
        throw bad(file, "is cut short", null);
      }
      LinuxKernel kernel = new LinuxKernel(setup, in.readAllBytes());
      kernel.check(file);
      return kernel;
    } catch (NoSuchFileException e) {
      throw bad(file, "does not exist", e);
    } catch (AccessDeniedException e) {
      throw bad(file, "can't be read: permission denied", e);
    }
  }

  /**
   * Saves the kernel.
   *
   * @param out where to
   * @throws IOException if it can't be written
   */
  public void save(StateWriter out) throws IOException {
    out.begin(SECTION, 2);
    out.array(setup.array());
    out.array(code);
    out.end();
  }

  /**
   * Reads a kernel that was saved.
   *
   * @param in where from
   * @return the kernel
   * @throws IOException if there is none, or it can't be read
   */
  public static LinuxKernel load(StateReader in) throws IOException {
    in.begin(SECTION, 2);
    byte[] setup = in.array();
    if (setup.length < 2 * SECTOR
        || !isBzImage(ByteBuffer.wrap(setup).order(ByteOrder.LITTLE_ENDIAN))) {
      throw in.wrong("is not one of a Linux bzImage");
    }
    LinuxKernel kernel = new LinuxKernel(setup, in.array());
    in.end();
    return kernel;
  }

  private static boolean isBzImage(ByteBuffer header) {
    return BootParams.BOOT_FLAG.read(header) == BOOT_FLAG_MAGIC
        && BootParams.HEADER.read(header) == HEADER_MAGIC
        && BootParams.VERSION.read(header) >= OLDEST_VERSION
        && (BootParams.LOADFLAGS.read(header) & LOADED_HIGH) != 0;
  }

  private void check(Path file) throws IOException {
    if ((field(BootParams.XLOADFLAGS, 0) & XLF_KERNEL_64) != 0
        || field(BootParams.PREF_ADDRESS, 0) >>> 32 != 0) {
      throw bad(file, "is a 64-bit kernel; this PC needs a 32-bit one (i386, i686)", null);
    }
    // Kernels before 2.6.20 leave the last 16-byte paragraph unfilled.
    long paragraphs = (code.length + 15L) / 16;
    if (code.length == 0 || paragraphs < field(BootParams.SYSSIZE, 0)) {
      throw bad(file, "is cut short", null);
    }
  }

  private static IOException bad(Path file, String why, IOException cause) {
    return new IOException("kernel " + file + " " + why, cause);
  }

  /** A field of the setup header, or what stands for it in protocols that don't have it. */
  private long field(BootParams field, long otherwise) {
    return field.isIn(version) ? field.read(setup) : otherwise;
  }

  /**
   * Puts the kernel and what it needs into memory.
   *
   * @param memory the machine's memory
   * @param initrd the initial RAM disk; null for none
   * @param commandLine the kernel's command line
   * @return how to start it
   * @throws IllegalArgumentException if memory is too small or the command line too long; the
   *     message is one line and says how much would do
   */
  public LinuxEntry load(PhysicalMemory memory, byte[] initrd, String commandLine) {
    byte[] commandLineBytes = commandLine(commandLine, BOOT_PARAMS - COMMAND_LINE);
    checkMemory(memory.size());

    ByteBuffer params = ByteBuffer.allocate(BootParams.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    copySetupHeader(params);
    // All of screen_info stays 0: there is no display, and the kernel must not look for one.
    BootParams.VID_MODE.write(params, VID_MODE_NORMAL);
    BootParams.TYPE_OF_LOADER.write(params, TYPE_OF_LOADER_UNDEFINED);
    BootParams.CMD_LINE_PTR.write(params, COMMAND_LINE);
    if (initrd != null) {
      int address = placeInitrd(memory.size(), 0, initrd.length);
      BootParams.RAMDISK_IMAGE.write(params, address);
      BootParams.RAMDISK_SIZE.write(params, initrd.length);
      memory.write(address, initrd, 0, initrd.length);
    }
    writeMemoryMap(params, memory.size());

    memory.write(BOOT_PARAMS, params.array(), 0, BootParams.SIZE);
    memory.write(COMMAND_LINE, commandLineBytes, 0, commandLineBytes.length);
    KernelPayload loaded = loaded();
    memory.write(loaded.address(), loaded.image().array(), 0, loaded.image().capacity());
    for (int i = 0; i < DESCRIPTORS.length; i++) {
      memory.store64(GDT + 8L * i, DESCRIPTORS[i]);
    }
    return new LinuxEntry(loaded.entry(), BOOT_PARAMS, GDT, 8 * DESCRIPTORS.length - 1);
  }

  /**
   * The whole real-mode code, whose first sectors are the setup header and what is around it.
   *
   * @return a copy, little-endian
   */
  ByteBuffer setup() {
    return ByteBuffer.wrap(setup.array().clone()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * What goes to memory and is entered: the kernel proper, unpacked, if its header says where that
   * is and where it wants to be; else its protected-mode code.
   */
  KernelPayload loaded() {
    long offset = field(BootParams.PAYLOAD_OFFSET, 0);
    long end = offset + field(BootParams.PAYLOAD_LENGTH, 0);
    KernelPayload unpacked = null;
    if (BootParams.INIT_SIZE.isIn(version) && end <= code.length) {
      byte[] payload = Arrays.copyOfRange(code, (int) offset, (int) end);
      unpacked = KernelPayload.unpack(payload, (int) preferredAddress(), kernelEnd());
    }
    return unpacked == null
        ? new KernelPayload(ByteBuffer.wrap(code), LOAD_ADDRESS, LOAD_ADDRESS)
        : unpacked;
  }

  /**
   * The bytes of a command line.
   *
   * @param text it
   * @param room how many bytes there are for it
   * @return it, with the 0 at its end
   * @throws IllegalArgumentException if it is too long
   */
  byte[] commandLine(String text, int room) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    long most = Math.min(field(BootParams.CMDLINE_SIZE, DEFAULT_CMDLINE_SIZE), room - 1);
    if (bytes.length > most) {
      throw new IllegalArgumentException(
          "the kernel command line has "
              + bytes.length
              + " bytes; this kernel takes at most "
              + most);
    }
    return Arrays.copyOf(bytes, bytes.length + 1);
  }

  /**
   * Makes sure that the kernel fits.
   *
   * @param size of memory, in bytes
   * @throws IllegalArgumentException if it does not
   */
  void checkMemory(int size) {
    checkMemory(size, kernelEnd(), "the kernel needs");
  }

  private static void checkMemory(int size, long needed, String who) {
    if (needed > size) {
      throw new IllegalArgumentException(
          String.format(
              "%s at least %d MiB of memory; the machine has %d MiB",
              who, (needed + 0xFFFFF) >> 20, size >> 20));
    }
  }

  /** Where the kernel proper wants to be, above what lies below 1 MiB. */
  private long preferredAddress() {
    return Math.max(LOAD_ADDRESS, field(BootParams.PREF_ADDRESS, 0));
  }

  /**
   * Where the memory ends that the kernel needs until it looks at the memory map: the code as
   * loaded, or init_size bytes from where it moves itself.
   */
  private long kernelEnd() {
    long start = preferredAddress();
    if (field(BootParams.RELOCATABLE_KERNEL, 0) != 0) {
      start = alignUp(start, Math.max(1, field(BootParams.KERNEL_ALIGNMENT, 1)));
    }
    return Math.max(LOAD_ADDRESS + (long) code.length, start + field(BootParams.INIT_SIZE, 0));
  }

  /**
   * Where the initrd goes: as high as may be.
   *
   * @param memorySize the size of memory, in bytes
   * @param reserved how much of its end the firmware keeps
   * @param length the size of the initrd
   * @return its address, that of a page
   * @throws IllegalArgumentException if it does not fit
   */
  int placeInitrd(int memorySize, int reserved, int length) {
    long end = alignUp(kernelEnd(), PAGE) + alignUp(length, PAGE);
    long needed = end + reserved;
    long limit = BootParams.INITRD_ADDR_MAX.read(setup) + 1;
    if (end > limit) {
      throw new IllegalArgumentException(
          String.format(
              "the initrd has %d bytes, too many for this kernel, which wants it below %#x",
              length, limit));
    }
    checkMemory(memorySize, needed, "the kernel and its initrd need");
    return (int) (Math.min(limit, memorySize - reserved) - length) & -PAGE;
  }

  private static long alignUp(long value, long unit) {
    return (value + unit - 1) / unit * unit;
  }

  private void copySetupHeader(ByteBuffer params) {
    // The jump is over the header: its second byte is the distance from the end of the jump.
    int end = 0x202 + (int) (BootParams.JUMP.read(setup) >>> 8);
    int length = Math.min(end, BootParams.SETUP_HEADER_LIMIT) - BootParams.SETUP_HEADER;
    params.put(BootParams.SETUP_HEADER, setup, BootParams.SETUP_HEADER, length);
  }

  private static void writeMemoryMap(ByteBuffer params, int memorySize) {
    params.position(BootParams.E820_TABLE);
    putRange(params, 0, EBDA, E820_RAM);
    putRange(params, EBDA, PhysicalMemory.HOLE_START, E820_RESERVED);
    putRange(params, BIOS_ROM, LOAD_ADDRESS, E820_RESERVED);
    putRange(params, LOAD_ADDRESS, memorySize, E820_RAM);
    BootParams.E820_ENTRIES.write(params, 4);
  }

  private static void putRange(ByteBuffer params, long start, long end, int type) {
    params.putLong(start).putLong(end - start).putInt(type);
  }
}
