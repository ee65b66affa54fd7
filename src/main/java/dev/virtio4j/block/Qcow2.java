package dev.virtio4j.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A disk in a qcow2 image of QEMU, version 2 or 3, that is only read. Clusters may be compressed by
 * zlib or zstd, and have subclusters. Encrypted images and those with an external data file are
 * refused; snapshots inside the image are not looked at.
 *
 * <p>The image is not trusted: what is wrong with it is an {@link IOException}, when it is opened
 * or when the part of the disk is read that is damaged. A data cluster beyond the end of the file
 * is damage, too: QEMU would read zeroes.
 *
 * <p>Keeps up to 12 MiB of L2 tables and clusters in memory, and the L1 table, up to 32 MiB for the
 * largest disks. Reading what is not compressed does not allocate once the tables are there.
 */
public final class Qcow2 implements BlockBackend {
  private static final byte[] ZEROES = new byte[4096];

  private final Path image;
  private final LockedFile file;
  private final long fileSize;
  private final long size;
  private final BlockBackend backing;
  private final Qcow2Map map;
  private final Qcow2Unpacker unpacker;

  private Qcow2(Path image, LockedFile file, Qcow2Header header, BlockBackend backing)
      throws IOException {
    this.image = image;
    this.file = file;
    this.backing = backing;
    fileSize = header.fileSize();
    size = header.size();
    map = new Qcow2Map(image, file, header);
    unpacker = new Qcow2Unpacker(image, file, header);
  }

  /**
   * Opens an image, and locks it against writers as {@link RawFile} does.
   *
   * @param image the file
   * @param backing what the image has no data for is read from here, and as zeroes beyond its end;
   *     null for an image that stands alone. Closed with the image, not when opening it fails
   * @return the disk; its size is what the image says, without a last part of a sector
   * @throws IOException with one line that names the file and what to do, if it can't be opened, is
   *     no such image, a damaged one or one that can't be read here; or if it has a backing file
   *     and none is given, or the other way around
   */
  public static Qcow2 open(Path image, BlockBackend backing) throws IOException {
    LockedFile file = LockedFile.open(image, true);
    try {
      Qcow2Header header = Qcow2Header.read(image, file);
      if (header.backing() != null && backing == null) {
        throw new IOException(
            image
                + ": has a backing file, recorded as '"
                + header.backing()
                + "'; name it with backing=FILE,backing-format=raw|qcow2,"
                + " or flatten the image with qemu-img convert");
      }
      if (header.backing() == null && backing != null) {
        throw new IOException(image + ": has no backing file; leave backing= out");
      }
      return new Qcow2(image, file, header, backing);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(long position, ByteBuffer into) throws IOException {
    Objects.checkFromIndexSize(position, into.remaining(), size);
    int end = into.limit();
    for (long at = position; into.position() < end; ) {
      long where = map.locate(at);
      int length = run(at, where, end - into.position());
      readRun(at, where, into.limit(into.position() + length));
      into.limit(end);
      at += length;
    }
  }

  /**
   * How many bytes are kept as the first is, one after the other, so that they are read at once.
   */
  private int run(long position, long where, int limit) throws IOException {
    long length = map.unit() - position % map.unit();
    while (length < limit && where != Qcow2Map.COMPRESSED) {
      if (map.locate(position + length) != (where < 0 ? where : where + length)) {
        break;
      }
      length += map.unit();
    }
    return (int) Math.min(length, limit);
  }

  private void readRun(long position, long where, ByteBuffer into) throws IOException {
    if (where == Qcow2Map.COMPRESSED) {
      unpacker.read(position, map.entry(position), into);
    } else if (where == Qcow2Map.UNALLOCATED) {
      readBacking(position, into);
    } else if (where == Qcow2Map.ZERO) {
      fillWithZeroes(into);
    } else if (where > fileSize - into.remaining()) {
      throw damaged(image, position, "its cluster is at " + where);
    } else {
      file.read(where, into);
    }
  }

  private void readBacking(long position, ByteBuffer into) throws IOException {
    long there = backing == null ? 0 : Math.max(0, backing.size() - position);
    if (there > 0) {
      int end = into.limit();
      backing.read(position, into.limit((int) Math.min(end, into.position() + there)));
      into.limit(end);
    }
    fillWithZeroes(into);
  }

  /** What is thrown when the disk can't be read at a position, in bytes, because of the image. */
  static IOException damaged(Path image, long position, String how) {
    return new IOException(
        "%s: can't read the disk at %d: %s; the image is damaged".formatted(image, position, how));
  }

  private static void fillWithZeroes(ByteBuffer into) {
    while (into.hasRemaining()) {
      into.put(ZEROES, 0, Math.min(into.remaining(), ZEROES.length));
    }
  }

  @Override
  public int mergeLimit() {
    return LockedFile.MERGE_LIMIT;
  }

  @Override
  public void write(long position, ByteBuffer from) throws IOException {
    Objects.checkFromIndexSize(position, from.remaining(), size);
    throw readOnly();
  }

  @Override
  public void zero(long position, long length, boolean mayUnmap) throws IOException {
    Objects.checkFromIndexSize(position, length, size);
    throw readOnly();
  }

  @Override
  public void resize(long newSize) throws IOException {
    throw readOnly();
  }

  private IOException readOnly() {
    return new IOException(image + ": a qcow2 image is only read");
  }

  @Override
  public void flush() {
    // Nothing is ever written.
  }

  @Override
  public boolean isReadOnly() {
    return true;
  }

  @Override
  public void close() throws IOException {
    unpacker.close();
    try (file) {
      if (backing != null) {
        backing.close();
      }
    }
  }
}
