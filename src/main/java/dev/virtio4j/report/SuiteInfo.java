package dev.virtio4j.report;

import java.time.Instant;
import java.util.List;

/**
 * What a run sets out to do.
 *
 * @param suite the suite's name
 * @param version of virtio4j
 * @param started when the run began
 * @param shard which part of the suite this is; null if it is the whole
 * @param cases the ids of all cases that the shards share among them
 * @param planned those among them that this run is to run
 */
public record SuiteInfo(
    String suite,
    String version,
    Instant started,
    Shard shard,
    List<String> cases,
    List<String> planned) {
  /**
   * Keeps copies of the lists.
   *
   * @param suite the suite's name
   * @param version of virtio4j
   * @param started when the run began
   * @param shard which part of the suite this is; null if it is the whole
   * @param cases the ids of all cases that the shards share among them
   * @param planned those among them that this run is to run
   */
  public SuiteInfo {
    cases = List.copyOf(cases);
    planned = List.copyOf(planned);
  }
}
