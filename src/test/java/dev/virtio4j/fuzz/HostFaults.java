package dev.virtio4j.fuzz;

import java.io.IOException;

/** What the host can't do at the moment: reach a sector, or flush. */
final class HostFaults {
  private static final int SECTOR = 512;

  private int sector;
  private boolean reads;
  private boolean writes;
  private boolean flushes;

  /** Sets what fails: reads of a sector, writes to it, flushes. */
  void set(int badSector, boolean failReads, boolean failWrites, boolean failFlushes) {
    sector = badSector;
    reads = failReads;
    writes = failWrites;
    flushes = failFlushes;
  }

  void clear() {
    set(0, false, false, false);
  }

  void read(long position, long length) throws IOException {
    failIf(reads && holdsSector(position, length));
  }

  void write(long position, long length) throws IOException {
    failIf(writes && holdsSector(position, length));
  }

  void flush() throws IOException {
    failIf(flushes);
  }

  private boolean holdsSector(long position, long length) {
    long start = (long) sector * SECTOR;
    return position < start + SECTOR && position + length > start;
  }

  private static void failIf(boolean failed) throws IOException {
    if (failed) {
      throw new IOException("the host is told to fail");
    }
  }
}
