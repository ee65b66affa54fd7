package dev.virtio4j.pc.boot;

import dev.virtio4j.pc.memory.PhysicalMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A program that its multiboot header says how to load (Multiboot Specification 0.6.96, section
 * 3.1): a flat image with address fields, not an ELF file.
 *
 * <pre>
 *    0  magic
 *    4  flags          bits 0 to 15: what the loader must do; bit 16: the address fields are there
 *    8  checksum       makes the sum of these three 0
 *   12  header_addr    where this header is to lie in memory
 *   16  load_addr      where what is loaded begins
 *   20  load_end_addr  where it ends; 0: at the file's end
 *   24  bss_end_addr   up to where memory is zeroed; 0: there is nothing to zero
 *   28  entry_addr     where the program starts
 * </pre>
 */
public final class MultibootImage {
  /** What the program finds in EAX. */
  public static final int BOOTLOADER_MAGIC = 0x2BADB002;

  /** Where the program finds its boot information: behind the BIOS data area. */
  public static final int INFORMATION = 0x500;

  /** Where RAM goes on above the areas of a BIOS. */
  private static final int HIGH_MEMORY = 0x100000;

  private static final int HEADER_MAGIC = 0x1BADB002;
  private static final int HEADER_BYTES = 32;
  private static final int FLAGS = 4;
  private static final int CHECKSUM = 8;
  private static final int HEADER_ADDR = 12;
  private static final int LOAD_ADDR = 16;
  private static final int LOAD_END_ADDR = 20;
  private static final int BSS_END_ADDR = 24;
  private static final int ENTRY_ADDR = 28;

  private static final int REQUIREMENTS = 0xFFFF;
  private static final int ADDRESS_FIELDS = 1 << 16;

  /** The header lies wholly in the first 8192 bytes, at a multiple of 4. */
  private static final int SEARCH_BYTES = 8192;

  private final byte[] file;
  private final int offset;
  private final int length;
  private final long loadAddress;
  private final long end;
  private final int entry;

  private MultibootImage(String name, byte[] file, ByteBuffer header, int position)
      throws IOException {
    this.file = file;
    loadAddress = field(header, LOAD_ADDR);
    entry = header.getInt(ENTRY_ADDR);
    long start = position - (field(header, HEADER_ADDR) - loadAddress);
    long loadEnd = field(header, LOAD_END_ADDR);
    long bytes = loadEnd == 0 ? file.length - start : loadEnd - loadAddress;
    if (start < 0 || start > position || bytes <= 0 || bytes > file.length - start) {
      throw new IOException(name + ": the addresses in its multiboot header are not of this file");
    }
    offset = (int) start;
    length = (int) bytes;
    end = Math.max(loadAddress + length, field(header, BSS_END_ADDR));
  }

  /**
   * Reads an image.
   *
   * @param name what messages call it
   * @param file its bytes
   * @return the image
   * @throws IOException if there is no multiboot header in it, or one that asks for what is not
   *     there: no address fields, video modes, memory maps; the message is one line that begins
   *     with the name
   */
  public static MultibootImage read(String name, byte[] file) throws IOException {
    int last = Math.min(file.length, SEARCH_BYTES) - HEADER_BYTES;
    for (int position = 0; position <= last; position += 4) {
      ByteBuffer header =
          ByteBuffer.wrap(file, position, HEADER_BYTES).slice().order(ByteOrder.LITTLE_ENDIAN);
      int magic = header.getInt(0);
      int flags = header.getInt(FLAGS);
      if (magic == HEADER_MAGIC && magic + flags + header.getInt(CHECKSUM) == 0) {
        if ((flags & ADDRESS_FIELDS) == 0 || (flags & REQUIREMENTS) != 0) {
          throw new IOException(
              "%s: multiboot flags %#x; only flat images without requirements (0x10000) can be loaded"
                  .formatted(name, flags));
        }
        return new MultibootImage(name, file.clone(), header, position);
      }
    }
    throw new IOException(name + ": is not a multiboot image");
  }

  private static long field(ByteBuffer header, int offset) {
    return Integer.toUnsignedLong(header.getInt(offset));
  }

  /**
   * Copies the program to its place and zeroes what is to be zero.
   *
   * @param memory the machine's
   * @return the address of its first instruction
   * @throws IllegalArgumentException if it does not fit; the message says what would
   */
  public int load(PhysicalMemory memory) {
    boolean clear =
        end <= PhysicalMemory.HOLE_START
            ? loadAddress >= INFORMATION + Integer.BYTES
            : loadAddress >= HIGH_MEMORY;
    if (!clear) {
      throw new IllegalArgumentException(
          "the image wants %#x to %#x, which is not all free RAM".formatted(loadAddress, end));
    }
    if (end > memory.size()) {
      throw new IllegalArgumentException(
          "the image needs at least %d MiB of memory; the machine has %d MiB"
              .formatted((end + 0xFFFFF) >> 20, memory.size() >> 20));
    }
    memory.store32(INFORMATION, 0); // its flags: no information
    memory.write(loadAddress, file, offset, length);
    memory.write(loadAddress + length, new byte[zeroes()], 0, zeroes());
    return entry;
  }

  /** What is loaded. */
  ByteBuffer program() {
    return ByteBuffer.wrap(file, offset, length).slice();
  }

  /** Where it goes. */
  int loadAddress() {
    return (int) loadAddress;
  }

  /** How many zeroes follow it. */
  int zeroes() {
    return (int) (end - loadAddress - length);
  }

  /** The address of its first instruction. */
  int entry() {
    return entry;
  }
}
