package dev.virtio4j.guest;

import dev.virtio4j.block.Sha256;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.commons.io.file.PathUtils;

/**
 * Debian programs for i386 that busybox has no match for, with the libraries that they need: an
 * initramfs of their own, which is fetched when the first test asks for it and kept in the guest
 * cache beside the guest. Users never need it.
 */
final class TestTools {
  /** Packages, and the files to take out of them. */
  private static final List<Source> SOURCES =
      List.of(
          // spotless:off
          new Source("e2fsprogs",   "e2fsck", "mke2fs"),
          new Source("util-linux",  "blkdiscard", "blockdev", "fallocate"),
          new Source("hdparm",      "hdparm"),
          new Source("sg3-utils",   "sg_compare_and_write", "sg_get_config", "sg_get_lba_status",
                                    "sg_inq", "sg_logs", "sg_luns", "sg_modes", "sg_opcodes",
                                    "sg_persist", "sg_raw", "sg_readcap", "sg_requests", "sg_reset",
                                    "sg_start", "sg_turs", "sg_unmap", "sg_verify", "sg_vpd",
                                    "sg_write_same"),
          new Source("libsgutils2-1.46-2", "libsgutils2-1.46.so.2"),
          new Source("libc6",       "ld-linux.so.2", "libc.so.6"),
          new Source("libext2fs2",  "libext2fs.so.2", "libe2p.so.2"),
          new Source("libcom-err2", "libcom_err.so.2"),
          new Source("libblkid1",   "libblkid.so.1"),
          new Source("libuuid1",    "libuuid.so.1"));
          // spotless:on

  /** Where Debian has programs and libraries. */
  private static final Pattern PLACE = Pattern.compile("(usr/)?(s?bin|lib/i386-linux-gnu)/[^/]+");

  private TestTools() {}

  /**
   * A package and the names of files in it; of libraries, the names by which programs load them.
   */
  private record Source(String debianPackage, List<String> files) {
    Source(String debianPackage, String... files) {
      this(debianPackage, List.of(files));
    }
  }

  /**
   * The initramfs with the programs in {@code /sbin}.
   *
   * @param cache where it is kept
   * @return an uncompressed newc cpio archive
   * @throws IOException if it is not there and can't be fetched
   */
  static Path initramfs(GuestCache cache) throws IOException {
    String recipe = Sha256.of((SOURCES.toString() + PLACE).getBytes(StandardCharsets.UTF_8));
    Path kept = cache.directory().resolve("test-tools-" + recipe.substring(0, 12) + ".cpio");
    if (!Files.exists(kept)) {
      Path part = Files.createTempDirectory(cache.directory(), "test-tools");
      Path made = part.resolve("cpio");
      make(part.resolve("packages"), made, cache.directory().resolve("test-tools.log"));
      Files.move(made, kept, StandardCopyOption.ATOMIC_MOVE);
      PathUtils.deleteDirectory(part);
    }
    return kept;
  }

  private static void make(Path packages, Path initramfs, Path log) throws IOException {
    AptGet aptGet =
        new AptGet("apt-get", Files.createDirectory(packages), log, (phase, done, total) -> {});
    aptGet.update();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(initramfs));
        Initramfs archive = new Initramfs(out)) {
      archive.directory("sbin");
      archive.directory("lib");
      for (Source source : SOURCES) {
        copy(new DebianPackage(aptGet.download(source.debianPackage)), source.files, archive);
      }
    }
  }

  private static void copy(DebianPackage deb, List<String> wanted, Initramfs archive)
      throws IOException {
    Set<String> missing = new HashSet<>(wanted);
    deb.forEachFile(
        (path, content) -> {
          // A library's file may be called libuuid.so.1.3.0; programs load libuuid.so.1.
          String name = path.replaceFirst(".*/", "").replaceFirst("(\\.so\\.\\d+)\\..*", "$1");
          if (PLACE.matcher(path).matches() && missing.remove(name)) {
            String directory = name.contains(".so.") ? "lib/" : "sbin/";
            archive.executable(directory + name, content.readAllBytes());
          }
        },
        (phase, done, total) -> {},
        "unpacking");
    if (!missing.isEmpty()) {
      throw new IOException("a Debian package for tests lacks " + missing);
    }
  }
}
