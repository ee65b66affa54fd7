package dev.virtio4j.guest;

/** Hears how far the fetching of a guest has come. Called on the thread that fetches. */
@FunctionalInterface
public interface Progress {

  /**
   * Tells where the work is. The phases follow one another.
   *
   * @param phase what is being done, in a few words; a new phase begins when this changes
   * @param done how much of it is done, 0 to {@code total}; may fall when more to do is found
   * @param total how much there is to do, above 0: 100 for percent, else bytes
   */
  void report(String phase, long done, long total);
}
