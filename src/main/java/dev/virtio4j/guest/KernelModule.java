package dev.virtio4j.guest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a kernel module says of itself in the section {@code .modinfo} of its ELF file: strings of
 * the form {@code key=value}, each ended by a zero byte. Names are as the kernel has them, with
 * underscores in place of hyphens.
 *
 * @param name the module's name
 * @param path where it is in the package
 * @param depends the names of the modules whose symbols it uses ({@code depends=})
 * @param softDepends names or aliases of modules to load before it, if there are such ({@code
 *     softdep=pre:})
 * @param aliases other names that it answers to ({@code alias=})
 */
record KernelModule(
    String name,
    String path,
    List<String> depends,
    List<String> softDepends,
    List<String> aliases) {

  /** A module's file, compressed or not. */
  private static final Pattern FILE = Pattern.compile("(?:.*/)?([^/]+)\\.ko(?:\\.xz)?");

  /** The first four bytes of an ELF file, and the fifth of a 32-bit one (System V gABI). */
  private static final int ELFMAG = 0x464c457f;

  private static final int ELFCLASS32 = 1;

  private static final String SIGNATURE_MARKER = "~Module signature appended~\n";
  private static final int MODULE_SIGNATURE_SIZE = 12;

  static boolean isModule(String path) {
    return FILE.matcher(path).matches();
  }

  static String nameOf(String path) {
    return canonical(FILE.matcher(path).replaceFirst("$1"));
  }

  /** The one spelling of a name or alias: the kernel and modprobe(8) make no difference. */
  static String canonical(String name) {
    return name.strip().replace('-', '_');
  }

  /**
   * Reads what a module says.
   *
   * @param path where the module is in the package
   * @param elf the module's bytes, not compressed
   * @return what it says
   * @throws IOException if it is no module of a 32-bit x86 kernel
   */
  static KernelModule parse(String path, byte[] elf) throws IOException {
    List<String> modinfo;
    try {
      modinfo = List.of(section(elf, ".modinfo").split("\0"));
    } catch (IndexOutOfBoundsException e) {
      throw new IOException(path + ": no kernel module for i386", e);
    }
    return new KernelModule(
        nameOf(path),
        path,
        names(modinfo, "depends=", ","),
        names(modinfo, "softdep=pre:", "\\s+"),
        names(modinfo, "alias=", "\n"));
  }

  /**
   * Takes off the signature that Debian appends to a module. A guest then says once that it loads
   * unsigned modules, instead of checking each, which takes it some 30 million instructions.
   *
   * @param module the module's bytes, not compressed
   * @return the bytes without signature; the same array if there is none
   */
  static byte[] withoutSignature(byte[] module) {
    // The module, then sig_len bytes, then struct module_signature, whose last field is sig_len,
    // then the marker (include/linux/module_signature.h).
    int marker = module.length - SIGNATURE_MARKER.length();
    if (marker < MODULE_SIGNATURE_SIZE || !startsWith(module, marker, SIGNATURE_MARKER)) {
      return module;
    }
    int signatureLength = ByteBuffer.wrap(module).getInt(marker - Integer.BYTES); // big-endian
    return Arrays.copyOf(module, marker - MODULE_SIGNATURE_SIZE - signatureLength);
  }

  private static List<String> names(List<String> modinfo, String key, String separator) {
    return modinfo.stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(key.length()).replaceFirst("\\s+post:.*", ""))
        .flatMap(value -> Stream.of(value.split(separator)))
        .map(KernelModule::canonical)
        .filter(name -> !name.isEmpty())
        .toList();
  }

  /**
   * The bytes of a section as text.
   *
   * @throws IndexOutOfBoundsException if there is none, or the file is no ELF file for i386
   */
  private static String section(byte[] elf, String name) {
    ByteBuffer file = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
    if (file.getInt(0) != ELFMAG || file.get(4) != ELFCLASS32) {
      throw new IndexOutOfBoundsException("no ELF32 file");
    }
    int headers = file.getInt(0x20); // e_shoff
    int headerSize = file.getShort(0x2e); // e_shentsize
    int count = file.getShort(0x30); // e_shnum
    int nameHeader = headers + file.getShort(0x32) * headerSize; // e_shstrndx
    int names = file.getInt(nameHeader + 0x10); // sh_offset
    for (int i = 0; i < count; i++) {
      int header = headers + i * headerSize;
      if (startsWith(elf, names + file.getInt(header), name + "\0")) { // sh_name
        int offset = file.getInt(header + 0x10); // sh_offset
        int size = file.getInt(header + 0x14); // sh_size
        return new String(elf, offset, size, StandardCharsets.UTF_8);
      }
    }
    throw new IndexOutOfBoundsException("no section " + name);
  }

  private static boolean startsWith(byte[] bytes, int offset, String text) {
    byte[] expected = text.getBytes(StandardCharsets.US_ASCII);
    return Arrays.equals(bytes, offset, offset + expected.length, expected, 0, expected.length);
  }
}
