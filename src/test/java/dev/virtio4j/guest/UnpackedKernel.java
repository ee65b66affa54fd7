package dev.virtio4j.guest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tukaani.xz.SingleXZInputStream;

/**
 * A bzImage that need not unpack itself. Unpacking takes a guest four fifths of the instructions
 * from power-on to a shell, so tests that boot often have the host do it. The kernel is the same to
 * the byte, at the same place; where its unpacker was stands a loop that moves it there.
 */
final class UnpackedKernel {
  // The setup header (the kernel's Documentation/x86/boot.rst).
  private static final int SETUP_SECTS = 0x1F1;
  private static final int SYSSIZE = 0x1F4;
  private static final int PAYLOAD_OFFSET = 0x248;
  private static final int PAYLOAD_LENGTH = 0x24C;
  private static final int PREF_ADDRESS = 0x258;

  /** Where a boot loader puts what follows the setup sectors. */
  private static final int LOAD_ADDRESS = 0x100000;

  // The ELF header and a program header.
  private static final int E_ENTRY = 24;
  private static final int E_PHOFF = 28;
  private static final int E_PHENTSIZE = 42;
  private static final int E_PHNUM = 44;
  private static final int P_OFFSET = 4;
  private static final int P_PADDR = 12;
  private static final int P_FILESZ = 16;
  private static final int PT_LOAD = 1;

  private UnpackedKernel() {}

  /**
   * Makes one.
   *
   * @param bzImage the kernel as it is packed, with XZ
   * @param unpacked the file to write
   * @throws IOException if either can't be read or written
   */
  static void make(Path bzImage, Path unpacked) throws IOException {
    ByteBuffer packed = ByteBuffer.wrap(Files.readAllBytes(bzImage)).order(ByteOrder.LITTLE_ENDIAN);
    int setupLength = (packed.get(SETUP_SECTS) + 1) * 512;
    ByteBuffer elf =
        ByteBuffer.wrap(
                unpack(
                    packed.array(),
                    setupLength + packed.getInt(PAYLOAD_OFFSET),
                    packed.getInt(PAYLOAD_LENGTH)))
            .order(ByteOrder.LITTLE_ENDIAN);
    int target = packed.getInt(PREF_ADDRESS);
    byte[] code = withMover(image(elf, target), target, elf.getInt(E_ENTRY));
    packed.putInt(SYSSIZE, code.length / 16);
    try (OutputStream out = Files.newOutputStream(unpacked)) {
      out.write(packed.array(), 0, setupLength);
      out.write(code);
    }
  }

  private static byte[] unpack(byte[] file, int offset, int length) throws IOException {
    try (var in = new SingleXZInputStream(new ByteArrayInputStream(file, offset, length))) {
      return in.readAllBytes();
    }
  }

  /** Memory from an address on as the ELF file wants it. */
  private static byte[] image(ByteBuffer elf, int start) {
    byte[] image = new byte[elf.capacity()];
    for (int i = 0; i < elf.getShort(E_PHNUM); i++) {
      int header = elf.getInt(E_PHOFF) + i * elf.getShort(E_PHENTSIZE);
      if (elf.getInt(header) == PT_LOAD) {
        elf.get(
            elf.getInt(header + P_OFFSET),
            image,
            elf.getInt(header + P_PADDR) - start,
            elf.getInt(header + P_FILESZ));
      }
    }
    return image;
  }

  /** Puts code in front that moves the image up, last word first, as the two places overlap. */
  private static byte[] withMover(byte[] image, int target, int entry) {
    int words = (image.length + 15) / 16 * 4;
    ByteBuffer code = ByteBuffer.allocate(64 + words * 4).order(ByteOrder.LITTLE_ENDIAN);
    code.put((byte) 0x89).put((byte) 0xF3); // mov ebx, esi: boot_params
    code.put((byte) 0xBE).putInt(LOAD_ADDRESS + 64 + words * 4 - 4); // mov esi, last word
    code.put((byte) 0xBF).putInt(target + words * 4 - 4); // mov edi, its place
    code.put((byte) 0xB9).putInt(words); // mov ecx, words
    code.put((byte) 0xFD).put((byte) 0xF3).put((byte) 0xA5).put((byte) 0xFC); // std; rep movsd; cld
    code.put((byte) 0x89).put((byte) 0xDE); // mov esi, ebx
    code.put((byte) 0xB8).putInt(entry); // mov eax, entry
    code.put((byte) 0xFF).put((byte) 0xE0); // jmp eax
    code.position(64);
    code.put(image);
    return code.array();
  }
}
