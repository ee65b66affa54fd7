package dev.virtio4j.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A file in memory that remembers every change made to it, and can tell what a crash at any point
 * would leave. Changes before the last force are there; of those since then, any may be missing.
 */
final class SimulatedFile implements ImageFile {

  /** A step in the file's life: a write, or a force. */
  private static final class Change {
    private final int position;

    /** Null for a force. */
    private final byte[] bytes;

    Change(int position, byte[] bytes) {
      this.position = position;
      this.bytes = bytes;
    }
  }

  private final byte[] initial;
  private final List<Change> changes = new ArrayList<>();
  private byte[] content;
  private Random faults;
  private boolean failNext;

  /** What is on stable storage after so many changes, as last asked for. */
  private byte[] forced = new byte[0];

  private int forcedCount = -1;

  SimulatedFile(byte[] initial) {
    this.initial = initial;
    content = initial.clone();
  }

  /** From now on now and then a write fails and leaves a part of it, as on a full disk. */
  void failWrites(Random random) {
    faults = random;
  }

  /** The next write does everything and then fails all the same, as one that is cut off. */
  void failNextWrite() {
    failNext = true;
  }

  /** How many changes there were so far. */
  int changeCount() {
    return changes.size();
  }

  /** How many bytes a change writes; 0 for a force. */
  int length(int change) {
    Change one = changes.get(change);
    return one.bytes == null ? 0 : one.bytes.length;
  }

  @Override
  public long size() {
    return content.length;
  }

  @Override
  public void read(long position, ByteBuffer into) {
    into.put(content, (int) position, into.remaining());
  }

  @Override
  public void write(long position, ByteBuffer from) throws IOException {
    boolean fail = faults != null && faults.nextInt(12) == 0;
    byte[] bytes = new byte[fail ? faults.nextInt(from.remaining() + 1) : from.remaining()];
    from.get(bytes);
    change(position, bytes);
    if (fail || failNext) {
      failNext = false;
      throw new IOException("No space left on device");
    }
  }

  @Override
  public void zero(long position, long length, boolean mayUnmap) {
    change(position, new byte[(int) length]);
  }

  @Override
  public void discard(long position, long length) {
    // What a file system leaves there is zeroes; anything else shows who relies on it.
    byte[] bytes = new byte[(int) length];
    Arrays.fill(bytes, (byte) 0xDD);
    change(position, bytes);
  }

  private void change(long position, byte[] bytes) {
    Change change = new Change((int) position, bytes);
    changes.add(change);
    content = apply(change, bytes.length, content);
  }

  @Override
  public void force() {
    changes.add(new Change(0, null));
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public void close() {}

  private static byte[] apply(Change change, int length, byte[] to) {
    byte[] grown =
        change.position + length > to.length ? Arrays.copyOf(to, change.position + length) : to;
    System.arraycopy(change.bytes, 0, grown, change.position, length);
    return grown;
  }

  /**
   * The file after the program was killed, which loses nothing that was written.
   *
   * @param count how many changes were made
   * @param bytes how much of the next one was
   * @return a file of which as much is on stable storage as the changes so far tell
   */
  SimulatedFile afterKill(int count, int bytes) {
    int forced = lastForce(count);
    SimulatedFile file = new SimulatedFile(forcedContent(forced));
    for (Change change : changes.subList(forced, count)) {
      file.change(change.position, change.bytes);
    }
    if (bytes > 0) {
      Change cut = changes.get(count);
      file.change(cut.position, Arrays.copyOf(cut.bytes, bytes));
    }
    return file;
  }

  /**
   * The file after the power failed: what was not forced is there in part.
   *
   * @param count how many changes were made or begun
   * @param random chooses which sectors of them are there
   * @param share how many are, of 4
   * @return a file, all on stable storage
   */
  SimulatedFile afterPowerFailure(int count, Random random, int share) {
    int forced = lastForce(count);
    byte[] left = forcedContent(forced).clone();
    for (Change change : changes.subList(forced, count)) {
      for (int from = 0; from < change.bytes.length; ) {
        int sectorEnd = (change.position + from) / 512 * 512 + 512 - change.position;
        int to = Math.min(change.bytes.length, sectorEnd);
        if (random.nextInt(4) < share) {
          byte[] sector = Arrays.copyOfRange(change.bytes, from, to);
          left = apply(new Change(change.position + from, sector), sector.length, left);
        }
        from = to;
      }
    }
    return new SimulatedFile(left);
  }

  private int lastForce(int count) {
    for (int i = count; i > 0; i--) {
      if (changes.get(i - 1).bytes == null) {
        return i;
      }
    }
    return 0;
  }

  private byte[] forcedContent(int count) {
    if (forcedCount != count) {
      forcedCount = count;
      forced = initial.clone();
      for (Change change : changes.subList(0, count)) {
        forced = change.bytes == null ? forced : apply(change, change.bytes.length, forced);
      }
    }
    return forced;
  }
}
