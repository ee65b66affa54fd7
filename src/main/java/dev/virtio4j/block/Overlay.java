package dev.virtio4j.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Objects;
import java.util.Optional;

/**
 * A disk that keeps what is written in a file of its own, copy-on-write over a base that is only
 * read. The package page describes the file. It is locked as that of a {@link RawFile}.
 *
 * <p>A cluster is copied from the base when a part of it is first written, and from then on written
 * in place. A crash at any point leaves what the last successful {@link #flush} put there, with
 * some of the later writes or none. A full disk of the host fails the write and nothing else. Does
 * not allocate but for what is written for the first time.
 */
public final class Overlay implements BlockBackend {
  private static final int TEMPORARY_CLUSTER_BITS = 16;

  /** Never changed. */
  private static final byte[] ZEROES = new byte[64 * 1024];

  private final ImageFile file;
  private final BlockBackend base;
  private final int clusterBits;
  private final int clusterSize;
  private final ByteBuffer scratch;
  private final ByteBuffer zeroes = ByteBuffer.wrap(ZEROES).asReadOnlyBuffer();
  private final LogWriter log;
  private final LogWriter.Records changes = this::putChanges;
  private ClusterMap map;
  private FileClusters clusters;

  private Overlay(
      ImageFile file,
      BlockBackend base,
      int clusterBits,
      ClusterMap map,
      FileClusters clusters,
      LogWriter log) {
    this.file = file;
    this.base = base;
    this.clusterBits = clusterBits;
    this.clusterSize = 1 << clusterBits;
    this.map = map;
    this.clusters = clusters;
    this.log = log;
    scratch = ByteBuffer.allocateDirect(clusterSize);
  }

  /**
   * Opens what was scanned.
   *
   * @param base null if there is none, or nothing will be read that is in it
   */
  static Overlay of(OverlayScan scan, ImageFile file, BlockBackend base) throws IOException {
    // What the log says may not be on stable storage yet, if only the program crashed.
    file.force();
    int clusterBits = scan.header().clusterBits();
    FileClusters clusters = new FileClusters(scan.used());
    LogWriter log = new LogWriter(file, clusters, clusterBits, scan.log());
    return new Overlay(file, base, clusterBits, scan.map(), clusters, log);
  }

  /**
   * Opens and locks an overlay.
   *
   * @param file the overlay's file
   * @param readOnly whether to open it for reading only
   * @param base what it lies over; none if it was made so. Closed with the overlay, and when this
   *     fails
   * @return the disk
   * @throws IOException with one line that names the file and what to do, if it is not an overlay
   *     over that base, damaged, not accessible or in use, or was left by a commit that did not end
   */
  public static Overlay open(Path file, boolean readOnly, Optional<BaseImage> base)
      throws IOException {
    LockedFile image = null;
    try {
      image = LockedFile.open(file, readOnly);
      OverlayScan scan = OverlayScan.sound(image);
      scan.refuseCommitting();
      scan.checkBase(base);
      return of(scan, image, base.map(BaseImage::disk).orElse(null));
    } catch (IOException e) {
      closeAll(image, base.map(BaseImage::disk).orElse(null));
      throw e;
    }
  }

  /**
   * Makes an overlay that is gone when it is closed, or when the program ends in any way. Its file
   * is in the directory of the system property {@code java.io.tmpdir}; a flush does not wait for
   * stable storage.
   *
   * @param base what it lies over; closed with the overlay, and when this fails
   * @return the disk
   * @throws IOException if the file can't be made
   */
  public static Overlay temporary(BlockBackend base) throws IOException {
    try {
      ClusterMap map = new ClusterMap(TEMPORARY_CLUSTER_BITS, base.size(), base.size());
      return new Overlay(
          LockedFile.temporary(), base, TEMPORARY_CLUSTER_BITS, map, noClusters(), null);
    } catch (IOException e) {
      base.close();
      throw e;
    }
  }

  /**
   * Whether it is gone when it is closed.
   *
   * @return true if {@link #temporary} made it
   */
  public boolean isTemporary() {
    return log == null;
  }

  /** Those of an empty file. 0 and 1 are numbers of no data. */
  private static FileClusters noClusters() {
    BitSet used = new BitSet();
    used.set(ClusterMap.BASE);
    used.set(ClusterMap.ZERO);
    return new FileClusters(used);
  }

  @Override
  public long size() {
    return map.size();
  }

  @Override
  public void read(long position, ByteBuffer into) throws IOException {
    Objects.checkFromIndexSize(position, into.remaining(), size());
    int end = into.limit();
    for (long at = position; into.position() < end; ) {
      int where = map.get(clusterAt(at));
      int length = runLength(at, where, end - into.position());
      into.limit(into.position() + length);
      switch (where) {
        case ClusterMap.ZERO -> fillWithZeroes(into);
        case ClusterMap.BASE -> readBase(at, into);
        default -> file.read(positionInFile(at, where), into);
      }
      into.limit(end);
      at += length;
    }
  }

  private void readBase(long position, ByteBuffer into) throws IOException {
    int end = into.limit();
    int length = (int) Math.min(into.remaining(), Math.max(0, map.baseEnd() - position));
    if (length > 0) {
      base.read(position, into.limit(into.position() + length));
    }
    fillWithZeroes(into.limit(end));
  }

  private static void fillWithZeroes(ByteBuffer into) {
    while (into.hasRemaining()) {
      into.put(ZEROES, 0, Math.min(into.remaining(), ZEROES.length));
    }
  }

  @Override
  public void write(long position, ByteBuffer from) throws IOException {
    Objects.checkFromIndexSize(position, from.remaining(), size());
    checkWritable();
    int end = from.limit();
    for (long at = position; from.position() < end; ) {
      int where = map.get(clusterAt(at));
      int length =
          where > ClusterMap.ZERO
              ? runLength(at, where, end - from.position())
              : (int) Math.min(end - from.position(), clusterEnd(at) - at);
      from.limit(from.position() + length);
      if (where > ClusterMap.ZERO) {
        file.write(positionInFile(at, where), from);
      } else {
        writeNew(at, from);
      }
      from.limit(end);
      at += length;
    }
  }

  /** Writes to a cluster of the disk that is not in the file. */
  private void writeNew(long position, ByteBuffer from) throws IOException {
    int cluster = clusterAt(position);
    map.prepare(cluster);
    int where = clusters.allocate();
    boolean written = false;
    try {
      ByteBuffer whole = from.remaining() == clusterSize ? from : filledIn(position, from);
      file.write((long) where << clusterBits, whole);
      written = true;
    } finally {
      if (!written) {
        clusters.takeBack(where);
      }
    }
    map.put(cluster, where);
  }

  /** A whole cluster: as it is, but for a part of it. */
  private ByteBuffer filledIn(long position, ByteBuffer part) throws IOException {
    long start = clusterStart(position);
    int offset = (int) (position - start);
    int onDisk = (int) (clusterEnd(position) - start);
    scratch.clear();
    if (part.remaining() < onDisk) {
      read(start, scratch.limit(onDisk));
    }
    fillWithZeroes(scratch.limit(clusterSize).position(onDisk));
    scratch.position(offset).put(part);
    return scratch.clear();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Whole clusters are given back, once the next flush has made that known.
   */
  @Override
  public void zero(long position, long length, boolean mayUnmap) throws IOException {
    Objects.checkFromIndexSize(position, length, size());
    checkWritable();
    long end = position + length;
    for (long at = position; at < end; ) {
      long pieceEnd = Math.min(end, clusterEnd(at));
      if (at == clusterStart(at) && pieceEnd == clusterEnd(at)) {
        zeroCluster(at, mayUnmap);
      } else {
        zeroPart(at, (int) (pieceEnd - at), mayUnmap);
      }
      at = pieceEnd;
    }
  }

  private void zeroCluster(long position, boolean mayUnmap) throws IOException {
    int cluster = clusterAt(position);
    int where = map.get(cluster);
    if (readsAsZeroes(position, where)) {
      return;
    }
    if (where > ClusterMap.ZERO && !mayUnmap) {
      file.zero(positionInFile(position, where), clusterSize, false);
      return;
    }
    map.prepare(cluster);
    map.put(cluster, ClusterMap.ZERO);
    if (where > ClusterMap.ZERO) {
      clusters.free(where);
    }
  }

  private void zeroPart(long position, int length, boolean mayUnmap) throws IOException {
    int where = map.get(clusterAt(position));
    if (where > ClusterMap.ZERO) {
      file.zero(positionInFile(position, where), length, mayUnmap);
    } else if (!readsAsZeroes(position, where)) {
      writeNew(position, zeroes.clear().limit(length));
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Knows that of whole clusters.
   */
  @Override
  public boolean isUnmapped(long position, long length) {
    Objects.checkFromIndexSize(position, length, size());
    for (long at = position; at < position + length; at = clusterEnd(at)) {
      if (!readsAsZeroes(at, map.get(clusterAt(at)))) {
        return false;
      }
    }
    return true;
  }

  /** Whether what is at a position, and behind it in its cluster, is not in base or file. */
  private boolean readsAsZeroes(long position, int where) {
    return where == ClusterMap.ZERO || (where == ClusterMap.BASE && position >= map.baseEnd());
  }

  /**
   * {@inheritDoc}
   *
   * <p>Flushes first; the new size is then on stable storage. If this fails, a crash before the
   * next flush may bring either size back.
   */
  @Override
  public void resize(long size) throws IOException {
    OverlayHeader.checkedSize(size, clusterBits);
    checkWritable();
    flush();
    if (size == size()) {
      return;
    }
    if (size > size()) {
      zeroBehindEnd();
    }
    if (log != null) {
      long sectors = size / SECTOR_SIZE;
      log.append(to -> to.put(LogKind.SIZE, 0, (int) (sectors >>> 32), (int) sectors));
    }
    if (size < size()) {
      freeBehind(size);
    }
    map.resize(size);
    clusters.release(file, clusterBits);
  }

  /** In the last cluster there may be what was written before the disk got smaller. */
  private void zeroBehindEnd() throws IOException {
    int last = map.clusters() - 1;
    int used = (int) (size() - ((long) last << clusterBits));
    if (map.get(last) > ClusterMap.ZERO) {
      file.zero(((long) map.get(last) << clusterBits) + used, clusterSize - used, false);
    }
  }

  private void freeBehind(long size) {
    int end = clusterAt(size - 1) + 1;
    for (int lost = map.next(end); lost < map.clusters(); lost = map.next(lost + 1)) {
      if (map.get(lost) > ClusterMap.ZERO) {
        clusters.free(map.get(lost));
      }
    }
  }

  /**
   * The base is about to be changed. Until its commit has ended, the overlay can be opened by
   * another commit only.
   */
  void beginCommit() throws IOException {
    log.append(to -> to.put(LogKind.COMMIT, 0, 0, 0));
  }

  @Override
  public void flush() throws IOException {
    if (file.isReadOnly()) {
      return;
    }
    if (log != null) {
      if (map.changeCount() > 0 || log.isUncertain()) {
        log.append(changes);
      } else {
        file.force();
      }
    }
    map.clearChanges();
    clusters.release(file, clusterBits);
  }

  /** Puts a record for each run of clusters that changed. */
  private void putChanges(LogWriter log) throws IOException {
    for (int i = 0; i < map.changeCount(); ) {
      int first = map.change(i);
      int where = map.get(first);
      int step = where == ClusterMap.ZERO ? 0 : 1;
      int count = 1;
      while (count < LogKind.MAX_COUNT
          && i + count < map.changeCount()
          && map.change(i + count) == first + count
          && map.get(first + count) == where + count * step) {
        count++;
      }
      if (where == ClusterMap.ZERO) {
        log.put(LogKind.ZERO, count, first, 0);
      } else {
        log.put(LogKind.MAP, count, first, where);
      }
      i += count;
    }
  }

  /** Takes the clusters that are not those of the base. */
  @FunctionalInterface
  interface ClusterVisitor {
    /**
     * Takes one.
     *
     * @param position where on the disk it is
     * @param length how much of it is on the disk
     * @param content that much; null for zeroes. Used again for the next
     */
    void visit(long position, int length, ByteBuffer content) throws IOException;
  }

  /** Shows all clusters that are not those of the base, in the order of the disk. */
  void visitClusters(ClusterVisitor visitor) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(clusterSize);
    for (int cluster = map.next(0); cluster < map.clusters(); cluster = map.next(cluster + 1)) {
      long position = (long) cluster << clusterBits;
      int length = (int) (clusterEnd(position) - position);
      if (map.get(cluster) == ClusterMap.ZERO) {
        visitor.visit(position, length, null);
      } else {
        read(position, content.clear().limit(length));
        visitor.visit(position, length, content.flip());
      }
    }
  }

  /**
   * Makes a temporary one empty.
   *
   * @param size its new size, in bytes
   * @param baseEnd how much of the base is still to be seen, in bytes
   * @throws IllegalArgumentException if an overlay can't have that size
   */
  void startOver(long size, long baseEnd) throws IOException {
    map = new ClusterMap(clusterBits, OverlayHeader.checkedSize(size, clusterBits), baseEnd);
    clusters = noClusters();
    file.discard(0, Math.max(1, file.size()));
  }

  /**
   * Sets a cluster that still is as in the base.
   *
   * @param content as much as is on the disk; null for zeroes
   */
  void putCluster(int cluster, ByteBuffer content) throws IOException {
    if (content == null) {
      map.prepare(cluster);
      map.put(cluster, ClusterMap.ZERO);
    } else {
      writeNew((long) cluster << clusterBits, content);
    }
  }

  /** What it lies over; null if it is open without. */
  BlockBackend base() {
    return base;
  }

  /** How much of the base is to be seen, in bytes. */
  long baseEnd() {
    return map.baseEnd();
  }

  /** In bytes. */
  int clusterSize() {
    return clusterSize;
  }

  private int clusterAt(long position) {
    return (int) (position >>> clusterBits);
  }

  private long clusterStart(long position) {
    return position & -clusterSize;
  }

  /** Where a position's cluster ends, or the disk within it. */
  private long clusterEnd(long position) {
    return Math.min(size(), clusterStart(position) + clusterSize);
  }

  private long positionInFile(long position, int where) {
    return ((long) where << clusterBits) + (position & clusterSize - 1);
  }

  /** How many bytes from a position can be moved at once: the disk's and the file's run alike. */
  private int runLength(long position, int where, int limit) {
    int step = where > ClusterMap.ZERO ? 1 : 0;
    int next = where;
    long end = clusterStart(position) + clusterSize;
    while (end - position < limit && map.get(clusterAt(end)) == (next += step)) {
      end += clusterSize;
    }
    return (int) Math.min(end - position, limit);
  }

  private void checkWritable() throws IOException {
    if (file.isReadOnly()) {
      throw new IOException(file + ": open read-only");
    }
  }

  @Override
  public int mergeLimit() {
    return LockedFile.MERGE_LIMIT;
  }

  @Override
  public boolean isReadOnly() {
    return file.isReadOnly();
  }

  @Override
  public void close() throws IOException {
    closeAll(file, base);
  }

  /** Closes what is not null, the base also if the file fails. */
  private static void closeAll(ImageFile file, BlockBackend base) throws IOException {
    try {
      if (file != null) {
        file.close();
      }
    } finally {
      if (base != null) {
        base.close();
      }
    }
  }
}
