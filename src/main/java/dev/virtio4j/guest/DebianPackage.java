package dev.virtio4j.guest;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.io.input.BoundedInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * A Debian binary package, deb(5): an ar archive of two tar archives, {@code control.tar} about the
 * package and {@code data.tar} with its files. It is read as a stream; nothing is unpacked to disk.
 */
final class DebianPackage {
  /** A field of a control file, on one line. */
  private static final Pattern FIELD = Pattern.compile("(?m)^([A-Za-z-]+):\\s*(.*)$");

  private final Path file;

  /** What is done with the files of a package, one after the other. */
  @FunctionalInterface
  interface FileVisitor {

    /**
     * Sees one regular file.
     *
     * @param name its path in the package, without {@code /} or {@code ./} in front
     * @param content its bytes, to be read within this call
     * @throws IOException ends the reading
     */
    void visit(String name, InputStream content) throws IOException;
  }

  DebianPackage(Path file) {
    this.file = file;
  }

  /**
   * Reads the package's control file.
   *
   * @return its fields, such as {@code Package} and {@code Version}; of a folded one the first line
   * @throws IOException if the file cannot be read or is no Debian package
   */
  Map<String, String> control() throws IOException {
    Map<String, String> fields = new HashMap<>();
    FileVisitor parser =
        (name, content) -> {
          if (name.equals("control")) {
            String text = new String(content.readAllBytes(), StandardCharsets.UTF_8);
            for (Matcher field = FIELD.matcher(text); field.find(); ) {
              fields.put(field.group(1), field.group(2).strip());
            }
          }
        };
    readMember("control.tar", parser, bytes -> {});
    return fields;
  }

  /**
   * Shows every regular file of the package to a visitor, in the order of the archive.
   *
   * @param visitor sees the files
   * @param progress hears how many bytes of the package are read
   * @param phase the name of this reading for {@code progress}
   * @throws IOException if the file cannot be read or is no Debian package
   */
  void forEachFile(FileVisitor visitor, Progress progress, String phase) throws IOException {
    long size = Files.size(file);
    readMember("data.tar", visitor, bytes -> progress.report(phase, bytes, size));
    progress.report(phase, size, size);
  }

  private void readMember(String member, FileVisitor visitor, LongConsumer bytesRead)
      throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
        BoundedInputStream counted = BoundedInputStream.builder().setInputStream(in).get();
        ArArchiveInputStream ar = new ArArchiveInputStream(counted)) {
      for (ArArchiveEntry entry; (entry = ar.getNextEntry()) != null; ) {
        if (entry.getName().startsWith(member)) {
          readTar(
              new TarArchiveInputStream(decompressed(entry.getName(), ar)),
              visitor,
              () -> bytesRead.accept(counted.getCount()));
          return;
        }
      }
      throw new IOException("no Debian package, it has no " + member);
    } catch (IOException e) {
      throw new IOException(file.getFileName() + ": " + e.getMessage(), e);
    }
  }

  private static InputStream decompressed(String name, InputStream in) throws IOException {
    String suffix = name.substring(name.indexOf(".tar") + ".tar".length());
    return switch (suffix) {
      case "" -> in;
      case ".gz" -> new GzipCompressorInputStream(in);
      case ".xz" -> new XZInputStream(in);
      default -> throw new IOException(name + " is compressed in a way that is not supported");
    };
  }

  private static void readTar(TarArchiveInputStream tar, FileVisitor visitor, Runnable afterEach)
      throws IOException {
    for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null; ) {
      // isFile() alone is also true of links.
      if (entry.isFile() && !entry.isLink() && !entry.isSymbolicLink()) {
        visitor.visit(entry.getName().replaceFirst("^\\.?/+", ""), tar);
      }
      afterEach.run();
    }
  }
}
