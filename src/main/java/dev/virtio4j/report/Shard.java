package dev.virtio4j.report;

/**
 * Which part of a suite a process runs.
 *
 * @param index from 1
 * @param total how many there are, 1 or more
 */
public record Shard(int index, int total) {
  /**
   * Checks the numbers.
   *
   * @param index from 1
   * @param total how many there are, 1 or more
   * @throws IllegalArgumentException unless 1 &le; index &le; total
   */
  public Shard {
    if (index < 1 || index > total) {
      throw new IllegalArgumentException(
          "shard %d/%d: use I/N, with I from 1 to N".formatted(index, total));
    }
  }

  @Override
  public String toString() {
    return index + "/" + total;
  }
}
