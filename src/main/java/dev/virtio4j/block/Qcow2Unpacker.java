package dev.virtio4j.block;

import io.airlift.compress.zstd.ZstdDecompressor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads the compressed clusters of a qcow2 image, and keeps some of them unpacked. The L2 entry of
 * such a cluster tells where its data is, with {@code x = 62 - (cluster_bits - 8)}:
 *
 * <pre>
 *   bits 0 to x-1   offset in the file, of any alignment
 *   bits x to 61    how many sectors it takes beside the first; of the last it may need a part
 * </pre>
 */
final class Qcow2Unpacker {
  /** What all unpacked clusters together take at most, in bytes. */
  private static final int CACHE_SIZE = 4 << 20;

  private final Path image;
  private final LockedFile file;
  private final Qcow2Header header;
  private final int clusterSize;
  private final Inflater inflater = new Inflater(true);
  private final ZstdDecompressor zstd = new ZstdDecompressor();
  private byte[] packed = {};

  /** The cache: a guest cluster may be in one place only, which its number gives. */
  private final long[] clusters;

  private final byte[][] contents;

  Qcow2Unpacker(Path image, LockedFile file, Qcow2Header header) {
    this.image = image;
    this.file = file;
    this.header = header;
    clusterSize = 1 << header.clusterBits();
    contents = new byte[CACHE_SIZE / clusterSize][];
    clusters = new long[contents.length];
    Arrays.fill(clusters, -1);
  }

  /**
   * Reads from one cluster.
   *
   * @param position on the disk, in bytes
   * @param entry the L2 entry of the cluster there
   * @param into is filled; all of it is in that cluster
   * @throws IOException with one line if the cluster is damaged
   */
  void read(long position, long entry, ByteBuffer into) throws IOException {
    long cluster = position / clusterSize;
    int index = (int) (cluster % contents.length);
    if (clusters[index] != cluster) {
      if (contents[index] == null) {
        contents[index] = new byte[clusterSize];
      }
      clusters[index] = -1; // should unpacking fail
      unpack(position, entry, contents[index]);
      clusters[index] = cluster;
    }
    into.put(contents[index], (int) (position % clusterSize), into.remaining());
  }

  private void unpack(long position, long entry, byte[] content) throws IOException {
    int offsetBits = 62 - (header.clusterBits() - 8);
    long offset = entry & (1L << offsetBits) - 1;
    int sectors = 1 + (int) (entry >>> offsetBits & (1 << (header.clusterBits() - 8)) - 1);
    int length = sectors * BlockBackend.SECTOR_SIZE - (int) (offset % BlockBackend.SECTOR_SIZE);
    if (offset >= header.fileSize()) {
      throw Qcow2.damaged(image, position, "its compressed cluster is at " + offset);
    }
    // A writer need not pad its last sector.
    length = (int) Math.min(length, header.fileSize() - offset);
    if (packed.length < length) {
      packed = new byte[length];
    }
    file.read(offset, ByteBuffer.wrap(packed, 0, length));
    if (!(header.zstd() ? unzstd(length, content) : inflate(length, content))) {
      throw Qcow2.damaged(image, position, "its compressed cluster is broken");
    }
  }

  private boolean inflate(int length, byte[] content) {
    try {
      inflater.reset();
      inflater.setInput(packed, 0, length);
      int done = 0;
      for (int count = 1; count > 0 && done < content.length; done += count) {
        count = inflater.inflate(content, done, content.length - done);
      }
      return done == content.length;
    } catch (DataFormatException e) {
      return false;
    }
  }

  private boolean unzstd(int length, byte[] content) {
    try {
      int frame = ZstdFrame.length(packed, length);
      if (frame < 0) {
        return false;
      }
      return zstd.decompress(packed, 0, frame, content, 0, content.length) == content.length;
    } catch (RuntimeException e) { // all that the library throws for broken data
      return false;
    }
  }

  /** Gives back what the host's zlib takes. */
  void close() {
    inflater.end();
  }
}
