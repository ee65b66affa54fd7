package dev.virtio4j.crash;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

/** What a writer writes, batch by batch, with a flush after each: the same for the same seed. */
final class WritePlan {
  /** The size of the disk. */
  static final int SECTORS = 8192;

  private static final int MOST_WRITES = 8;
  private static final int MOST_SECTORS = 32;

  /** One of so many zeroes a range, and so much larger is that at most. */
  private static final int ZEROING = 8;

  private final Random random;
  private long version;

  /**
   * A request that changes sectors.
   *
   * @param sector the first
   * @param count how many
   * @param version of each of them
   */
  record Write(int sector, int count, long version) {}

  /**
   * Begins a plan.
   *
   * @param seed of the whole test
   * @param round which of the writers, from 0; no two give a sector the same version
   */
  WritePlan(long seed, int round) {
    random = new Random(seed * 31 + round);
    version = (long) (round + 1) << 32;
  }

  /** The next requests, none over another: some follow each other on the disk, most don't. */
  List<Write> nextBatch() {
    List<Write> batch = new ArrayList<>();
    BitSet taken = new BitSet(SECTORS);
    int next = 0;
    for (int left = 1 + random.nextInt(MOST_WRITES); left > 0; left--) {
      boolean zeroes = random.nextInt(ZEROING) == 0;
      int first = random.nextBoolean() ? next : random.nextInt(SECTORS);
      int most = zeroes ? MOST_SECTORS * ZEROING : MOST_SECTORS;
      int end = Math.min(SECTORS, first + 1 + random.nextInt(most));
      if (first < end && taken.get(first, end).isEmpty()) {
        taken.set(first, end);
        batch.add(new Write(first, end - first, zeroes ? VersionedSector.ZEROES : ++version));
      }
      next = end;
    }
    return batch;
  }
}
