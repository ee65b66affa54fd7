package dev.virtio4j.pc.boot;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.LZMAInputStream;
import org.tukaani.xz.SingleXZInputStream;

/**
 * The kernel proper, which a bzImage has as its compressed payload ("payload_offset" in the
 * kernel's Documentation/x86/boot.rst). Unpacking it takes a guest two thirds of the instructions
 * of a boot; here it takes a moment, and leaves what the guest's own decompressor would leave where
 * it does not choose an address at random.
 *
 * @param image from the first byte that is loaded to the last
 * @param address where the first belongs
 * @param entry where the kernel starts, in 32-bit protected mode as {@link LinuxEntry} has it
 */
record KernelPayload(ByteBuffer image, int address, int entry) {
  private static final byte[] GZIP = {0x1F, (byte) 0x8B};
  private static final byte[] XZ = {(byte) 0xFD, '7', 'z', 'X', 'Z', 0};
  private static final byte[] LZMA = {0x5D, 0, 0};

  /** What a decompressor may need, in KiB; kernels have dictionaries of 32 MiB at most. */
  private static final int MEMORY_LIMIT = 128 << 10;

  /** What a kernel may unpack to, in bytes; no kernel for 32 bits comes near. */
  private static final int SIZE_LIMIT = 256 << 20;

  // An ELF file of 32 bits: its header, and its program headers.
  private static final int ELF_MAGIC = 0x464C457F;
  private static final int ELF_HEADER_SIZE = 52;
  private static final int CLASS_32_LITTLE_ENDIAN = 0x101;
  private static final int MACHINE_386 = 3;
  private static final int E_CLASS = 4;
  private static final int E_MACHINE = 18;
  private static final int E_ENTRY = 24;
  private static final int E_PHOFF = 28;
  private static final int E_PHENTSIZE = 42;
  private static final int E_PHNUM = 44;
  private static final int PROGRAM_HEADER_SIZE = 32;
  private static final int PT_LOAD = 1;
  private static final int P_OFFSET = 4;
  private static final int P_PADDR = 12;
  private static final int P_FILESZ = 16;

  /** A range of the ELF file, and the physical address where it belongs. */
  private record Segment(long offset, long address, long length) {
    long end() {
      return address + length;
    }
  }

  /**
   * Unpacks a payload.
   *
   * @param payload as it lies in the bzImage: gzip, xz or lzma, of an ELF file
   * @param start where the kernel may begin
   * @param end where it must end
   * @return the kernel; null if it is something else, too large or damaged: then only the guest's
   *     own decompressor knows what to do, or what to say
   */
  static KernelPayload unpack(byte[] payload, int start, long end) {
    try (InputStream in = decompressor(payload)) {
      if (in == null) {
        return null;
      }
      // the guest's own decompressor first puts the whole file there
      int room = (int) Math.min(end - start, SIZE_LIMIT);
      byte[] file = in.readNBytes(room);
      boolean complete = in.read() < 0;
      ByteBuffer elf = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
      return complete ? read(elf, start, (long) start + room) : null;
    } catch (IOException e) {
      return null;
    }
  }

  private static InputStream decompressor(byte[] payload) throws IOException {
    InputStream in = new ByteArrayInputStream(payload);
    if (startsWith(payload, GZIP)) {
      return new GZIPInputStream(in);
    }
    if (startsWith(payload, XZ)) {
      return new SingleXZInputStream(in, MEMORY_LIMIT);
    }
    return startsWith(payload, LZMA) ? new LZMAInputStream(in, MEMORY_LIMIT) : null;
  }

  private static boolean startsWith(byte[] payload, byte[] magic) {
    return payload.length > magic.length
        && Arrays.equals(payload, 0, magic.length, magic, 0, magic.length);
  }

  private static KernelPayload read(ByteBuffer elf, int start, long end) {
    boolean known =
        elf.limit() >= ELF_HEADER_SIZE
            && elf.getInt(0) == ELF_MAGIC
            && elf.getShort(E_CLASS) == CLASS_32_LITTLE_ENDIAN
            && elf.getShort(E_MACHINE) == MACHINE_386
            && elf.getShort(E_PHENTSIZE) == PROGRAM_HEADER_SIZE;
    List<Segment> segments = known ? segments(elf) : List.of();
    long last = start;
    long bytes = 0;
    for (Segment segment : segments) {
      bytes += segment.length;
      if (bytes > end - start || segment.address < start || segment.end() > end) {
        return null;
      }
      last = Math.max(last, segment.end());
    }
    long entry = known ? unsigned(elf, E_ENTRY) : 0;
    if (entry < start || entry >= last) {
      return null;
    }
    ByteBuffer image = ByteBuffer.allocate((int) (last - start));
    for (Segment segment : segments) {
      image.put((int) segment.address - start, elf, (int) segment.offset, (int) segment.length);
    }
    return new KernelPayload(image, start, (int) entry);
  }

  /** What is loaded; nothing of a file that is cut short. */
  private static List<Segment> segments(ByteBuffer elf) {
    List<Segment> segments = new ArrayList<>();
    long headers = unsigned(elf, E_PHOFF);
    int count = elf.getShort(E_PHNUM) & 0xFFFF;
    if (headers + (long) count * PROGRAM_HEADER_SIZE > elf.limit()) {
      return List.of();
    }
    for (int i = 0; i < count; i++) {
      int header = (int) headers + i * PROGRAM_HEADER_SIZE;
      if (elf.getInt(header) == PT_LOAD) {
        Segment segment =
            new Segment(
                unsigned(elf, header + P_OFFSET),
                unsigned(elf, header + P_PADDR),
                unsigned(elf, header + P_FILESZ));
        if (segment.offset + segment.length > elf.limit()) {
          return List.of();
        }
        segments.add(segment);
      }
    }
    return segments;
  }

  private static long unsigned(ByteBuffer elf, int offset) {
    return Integer.toUnsignedLong(elf.getInt(offset));
  }
}
