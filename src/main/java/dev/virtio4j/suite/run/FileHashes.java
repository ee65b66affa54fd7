package dev.virtio4j.suite.run;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.virtio4j.block.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Hashes of files, each read once as long as it stays as it is. What was found is kept in the
 * directory {@code hashes} of the cache, under the hash of all by which one sees that a file
 * changed: on Unix also when its inode was last changed, which nobody can set back.
 */
final class FileHashes {
  private static final int PIECE = 1 << 20;

  private final Path folder;
  private final Map<String, String> known = new ConcurrentHashMap<>();

  /**
   * Uses a cache.
   *
   * @param cache its directory
   * @throws IOException if it can't be made
   */
  FileHashes(Path cache) throws IOException {
    folder = Files.createDirectories(cache.resolve("hashes"));
  }

  /**
   * The SHA-256 of a file.
   *
   * @param file the file
   * @return 64 digits
   * @throws IOException if it can't be read
   */
  String of(Path file) throws IOException {
    String stamp = Sha256.of(stamp(file));
    String hash = known.get(stamp);
    if (hash == null) {
      hash = find(stamp, file);
      known.put(stamp, hash);
    }
    return hash;
  }

  /** All by which one sees that a file changed, without reading it. */
  static String stamp(Path file) throws IOException {
    String view =
        file.getFileSystem().supportedFileAttributeViews().contains("unix")
            ? "unix:size,lastModifiedTime,ctime,ino,dev"
            : "basic:size,lastModifiedTime,fileKey";
    return file.toRealPath() + " " + new TreeMap<>(Files.readAttributes(file, view));
  }

  private String find(String stamp, Path file) throws IOException {
    Path kept = folder.resolve(stamp);
    try {
      return Files.readString(kept, US_ASCII);
    } catch (NoSuchFileException e) {
      String hash = read(file);
      Path part = Files.createTempFile(folder, stamp, ".part");
      Files.writeString(part, hash, US_ASCII);
      Files.move(part, kept, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return hash;
    }
  }

  private static String read(Path file) throws IOException {
    MessageDigest digest = Sha256.start();
    byte[] piece = new byte[PIECE];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        digest.update(piece, 0, count);
      }
    }
    return Sha256.end(digest);
  }
}
