package dev.virtio4j.block;

/** Hears how far the copying of an image has come. Called on the thread that copies. */
@FunctionalInterface
public interface CopyProgress {

  /**
   * Tells where the work is.
   *
   * @param done how much is done, 0 to {@code total}
   * @param total how much there is to do, above 0
   */
  void report(long done, long total);
}
