package dev.virtio4j.bench;

import dev.virtio4j.block.RawFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file without holes, just written and so in the page cache, as a disk and on its own. */
final class ImageFile implements Closeable {
  /** Bytes; a power of two. */
  static final int SIZE = 64 << 20;

  final RawFile disk;
  private final Path path;
  private final FileChannel bare;

  ImageFile() throws IOException {
    path = Files.createTempFile(Path.of("target"), "bench", ".img");
    Files.write(path, new byte[SIZE]);
    disk = RawFile.open(path, false);
    bare = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Reads or writes the file past the disk. */
  int transfer(String access, ByteBuffer buffer, long position) throws IOException {
    return access.equals("read") ? bare.read(buffer, position) : bare.write(buffer, position);
  }

  @Override
  public void close() throws IOException {
    disk.close();
    bare.close();
    Files.delete(path);
  }
}
