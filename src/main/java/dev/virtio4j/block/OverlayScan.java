package dev.virtio4j.block;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** What an overlay's file holds, found by reading its header and its log. */
final class OverlayScan {
  /** The problem of one whose base may be changed in part. */
  static final String COMMITTING = "its commit has not ended; repeat virtio4j image commit";

  private final ImageFile file;
  private final OverlayHeader header;
  private final ClusterMap map;
  private final LogReader log;
  private final BitSet used = new BitSet();
  private final List<String> problems = new ArrayList<>();
  private final long fileClusters;
  private boolean committing;
  private int dataClusters;
  private int zeroClusters;

  /**
   * Reads a file, and goes on where it can when something is wrong.
   *
   * @throws IOException with the file's name and the reason if it is no overlay
   */
  OverlayScan(ImageFile file) throws IOException {
    this.file = file;
    try {
      header = OverlayHeader.read(file);
      map = new ClusterMap(header.clusterBits(), header.size(), header.baseSize());
      log = new LogReader(file, header.clusterBits(), header.seed());
    } catch (IOException e) {
      throw named(e);
    }
    fileClusters = Math.min(((file.size() - 1) >> header.clusterBits()) + 1, ClusterMap.LIMIT);
    replay();
    takeStock();
  }

  /** Reads a file, and refuses it when something is wrong. */
  static OverlayScan sound(ImageFile file) throws IOException {
    OverlayScan scan = new OverlayScan(file);
    if (!scan.problems.isEmpty()) {
      throw new IOException(
          file + ": damaged: " + scan.problems.get(0) + "; see virtio4j image check");
    }
    return scan;
  }

  /**
   * Refuses an overlay whose base may be changed in part.
   *
   * @throws IOException with the file's name and a remedy
   */
  void refuseCommitting() throws IOException {
    if (committing) {
      throw new IOException(file + ": " + COMMITTING);
    }
  }

  private void replay() {
    try {
      while (log.next()) {
        apply();
      }
    } catch (IOException e) {
      problems.add(e.getMessage());
    }
  }

  private void apply() throws IOException {
    switch (log.kind()) {
      case MAP -> map(log.a(), log.b(), 1);
      case ZERO -> map(log.a(), ClusterMap.ZERO, 0);
      case SIZE -> resize(((long) log.a() << 32) | Integer.toUnsignedLong(log.b()));
      case COMMIT -> committing = true;
      case NONCE, LINK -> {}
    }
  }

  private void map(int first, int where, int step) throws IOException {
    int count = log.count();
    boolean onDisk = first >= 0 && (long) first + count <= map.clusters();
    boolean inFile =
        step == 0 || (where > LogReader.FIRST_CLUSTER && (long) where + count <= fileClusters);
    if (!onDisk || !inFile) {
      throw new IOException(
          "record %d of the log puts %d clusters of the disk from %d on to %d, where they can't be"
              .formatted(log.records() - 1, count, first, where));
    }
    for (int i = 0; i < count; i++) {
      map.prepare(first + i);
      map.set(first + i, where + i * step);
    }
  }

  private void resize(long sectors) throws IOException {
    try {
      long size = Math.multiplyExact(sectors, BlockBackend.SECTOR_SIZE);
      map.resize(OverlayHeader.checkedSize(size, header.clusterBits()));
    } catch (ArithmeticException | IllegalArgumentException e) {
      throw new IOException("record " + (log.records() - 1) + " of the log: " + e.getMessage(), e);
    }
  }

  /** Finds which clusters of the file are in use. */
  private void takeStock() {
    used.set(0); // the header
    used.or(log.clusters());
    int twice = 0;
    for (int cluster = map.next(0); cluster < map.clusters(); cluster = map.next(cluster + 1)) {
      int where = map.get(cluster);
      if (where == ClusterMap.ZERO) {
        zeroClusters++;
      } else {
        dataClusters++;
        twice += used.get(where) ? 1 : 0;
        used.set(where);
      }
    }
    if (twice > 0) {
      problems.add(twice + " clusters of the file are used twice");
    }
  }

  /**
   * Refuses any other base than the right one.
   *
   * @throws IOException with the file's name, the reason and a remedy
   */
  void checkBase(Optional<BaseImage> base) throws IOException {
    try {
      header.checkBase(base);
    } catch (IOException e) {
      throw named(e);
    }
  }

  private IOException named(IOException e) {
    return new IOException(file + ": " + e.getMessage(), e);
  }

  OverlayHeader header() {
    return header;
  }

  ClusterMap map() {
    return map;
  }

  LogReader log() {
    return log;
  }

  /** The clusters of the file that are in use. */
  BitSet used() {
    return used;
  }

  /** How many clusters the file has; the last may be there in part. */
  long fileClusters() {
    return fileClusters;
  }

  /** How many clusters of the disk are in the file. */
  int dataClusters() {
    return dataClusters;
  }

  /** How many clusters of the disk are known to be zeroes. */
  int zeroClusters() {
    return zeroClusters;
  }

  /** Whether a commit has begun and not ended. */
  boolean isCommitting() {
    return committing;
  }

  /** What is wrong, a line each. */
  List<String> problems() {
    return problems;
  }
}
