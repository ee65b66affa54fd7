package dev.virtio4j.guest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Makes small Debian packages and kernel modules. */
final class SyntheticPackages {
  private SyntheticPackages() {}

  /** A .deb whose two tar archives are compressed with xz, as Debian's are. */
  static void deb(Path file, String control, Map<String, byte[]> files) throws IOException {
    deb(file, ".xz", control, files);
  }

  /** A .deb whose members have some suffix; any other than .xz is not compressed. */
  static void deb(Path file, String suffix, String control, Map<String, byte[]> files)
      throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        ArArchiveOutputStream ar = new ArArchiveOutputStream(out)) {
      member(ar, "debian-binary", bytes("2.0\n"));
      member(ar, "control.tar" + suffix, tar(suffix, Map.of("control", bytes(control))));
      member(ar, "data.tar" + suffix, tar(suffix, files));
    }
  }

  /** An ELF32 file with sections for names and for module information, and nothing else. */
  static byte[] module(String... modinfo) {
    byte[] information = bytes(String.join("\0", modinfo) + "\0");
    byte[] names = bytes("\0.modinfo\0.shstrtab\0");
    int namesAt = 0x34 + information.length;
    int headersAt = namesAt + names.length;
    ByteBuffer elf = ByteBuffer.allocate(headersAt + 3 * 0x28).order(ByteOrder.LITTLE_ENDIAN);
    elf.put(new byte[] {0x7f, 'E', 'L', 'F', 1, 1, 1});
    elf.putInt(0x20, headersAt);
    elf.putShort(0x2e, (short) 0x28).putShort(0x30, (short) 3).putShort(0x32, (short) 2);
    elf.position(0x34).put(information).put(names);
    int header = headersAt + 0x28; // the first one stays empty
    elf.putInt(header, 1).putInt(header + 0x10, 0x34).putInt(header + 0x14, information.length);
    header += 0x28;
    elf.putInt(header, 10).putInt(header + 0x10, namesAt).putInt(header + 0x14, names.length);
    return elf.array();
  }

  /** Compresses a module as newer Debian kernels have them. */
  static byte[] xz(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (XZOutputStream out = new XZOutputStream(bytes, new LZMA2Options(0))) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void member(ArArchiveOutputStream ar, String name, byte[] content)
      throws IOException {
    ar.putArchiveEntry(new ArArchiveEntry(name, content.length));
    ar.write(content);
    ar.closeArchiveEntry();
  }

  private static byte[] tar(String suffix, Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      tar.putArchiveEntry(new TarArchiveEntry("./"));
      tar.closeArchiveEntry();
      TarArchiveEntry link = new TarArchiveEntry("./link", TarConstants.LF_SYMLINK);
      link.setLinkName("/etc/passwd");
      tar.putArchiveEntry(link);
      tar.closeArchiveEntry();
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry("./" + file.getKey());
        entry.setSize(file.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    }
    return suffix.equals(".xz") ? xz(bytes.toByteArray()) : bytes.toByteArray();
  }
}
