package dev.virtio4j.bench;

import dev.virtio4j.block.BaseImage;
import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.Overlay;
import dev.virtio4j.block.OverlayFile;
import dev.virtio4j.block.Qcow2;
import dev.virtio4j.block.RawFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** An image whose data is all there, just written and so in the page cache: as a disk, and bare. */
final class DiskImage implements Closeable {
  /** The size of the disk in bytes, a power of two; the file has at least as many. */
  static final int SIZE = 64 << 20;

  private static final int QCOW2_CLUSTER = 64 * 1024;

  final BlockBackend disk;
  private final Path path;
  private final FileChannel bare;

  /**
   * Makes an image in the build directory.
   *
   * @param format "raw", "overlay" or "qcow2"
   */
  DiskImage(String format) throws IOException {
    path = Files.createTempDirectory(Path.of("target"), "bench").resolve("image");
    disk =
        switch (format) {
          case "raw" -> raw(path);
          case "overlay" -> overlay(path);
          case "qcow2" -> qcow2(path);
          default -> throw new IllegalArgumentException(format);
        };
    bare = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private static BlockBackend raw(Path path) throws IOException {
    Files.write(path, new byte[SIZE]);
    return RawFile.open(path, false);
  }

  private static BlockBackend overlay(Path path) throws IOException {
    OverlayFile.create(path, SIZE, Optional.<BaseImage>empty());
    Overlay overlay = Overlay.open(path, false, Optional.<BaseImage>empty());
    overlay.write(0, ByteBuffer.allocate(SIZE));
    return overlay;
  }

  /** Version 2, with one L1 and one L2 table; the data is behind them. */
  private static BlockBackend qcow2(Path path) throws IOException {
    int tables = 3; // clusters: header, L1, L2
    ByteBuffer file = ByteBuffer.allocate(tables * QCOW2_CLUSTER + SIZE);
    file.putInt(0, 0x514649FB).putInt(4, 2); // "QFI", version
    file.putInt(20, 16).putLong(24, SIZE); // cluster_bits, size
    file.putInt(36, 1).putLong(40, QCOW2_CLUSTER); // l1_size, l1_table_offset
    long copied = 1L << 63;
    file.putLong(QCOW2_CLUSTER, copied | 2 * QCOW2_CLUSTER);
    for (int i = 0; i < SIZE / QCOW2_CLUSTER; i++) {
      file.putLong(2 * QCOW2_CLUSTER + 8 * i, copied | (long) (tables + i) * QCOW2_CLUSTER);
    }
    Files.write(path, file.array());
    return Qcow2.open(path, null);
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
    Files.delete(path.getParent());
  }
}
