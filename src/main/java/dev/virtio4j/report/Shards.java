package dev.virtio4j.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Deals the cases of a suite to shards: processes that know nothing of each other, and come to the
 * same decision from the same suite.
 */
public final class Shards {
  /** {@code --shard auto}: what the engine says that starts the processes. */
  public static final String AUTO = "auto";

  /** What Bazel wants to be touched by a test that knows of shards. */
  private static final String BAZEL_STATUS_FILE = "TEST_SHARD_STATUS_FILE";

  private static final Pattern PART = Pattern.compile("(\\d{1,9})/(\\d{1,9})");

  /** The variables that tell a process which shard it is. */
  private enum Engine {
    // spotless:off
    BAZEL     ("TEST_SHARD_INDEX",     0, "TEST_TOTAL_SHARDS"),
    /** Its Jobs don't tell a pod how many there are: the manifest sets that itself. */
    KUBERNETES("JOB_COMPLETION_INDEX", 0, "VIRTIO4J_SHARD_TOTAL"),
    GITLAB    ("CI_NODE_INDEX",        1, "CI_NODE_TOTAL");
    // spotless:on

    final String index;
    final int first;
    final String total;

    Engine(String index, int first, String total) {
      this.index = index;
      this.first = first;
      this.total = total;
    }

    Shard shard(Map<String, String> environment) {
      int number = number(environment, index);
      int of = number(environment, total);
      int last = of - 1 + first;
      if (number < first || number > last) {
        throw new IllegalArgumentException(
            "--shard auto: %s=%d, but with %s=%d it is from %d to %d"
                .formatted(index, number, total, of, first, last));
      }
      return new Shard(number - first + 1, of);
    }

    private int number(Map<String, String> environment, String variable) {
      String value = environment.get(variable);
      if (value == null) {
        throw new IllegalArgumentException(
            "--shard auto: %s is set, but %s is not: set it to the number of shards"
                .formatted(index, variable));
      }
      if (!value.matches("\\d{1,9}")) {
        throw new IllegalArgumentException(
            "--shard auto: %s=%s is no number".formatted(variable, value));
      }
      return Integer.parseInt(value);
    }
  }

  /**
   * A case to deal.
   *
   * @param id the case's id
   * @param group cases of the same group are kept together if that does no harm: those that begin
   *     with each other's checkpoints
   */
  public record Work(String id, String group) {}

  private Shards() {}

  /**
   * Reads the option {@code --shard}.
   *
   * @param text {@code I/N}, with I from 1 to N, or {@link #AUTO}
   * @param environment the process's variables; only used for {@link #AUTO}
   * @return the shard
   * @throws IllegalArgumentException with a message of one line if it is neither, or the
   *     environment does not say it
   */
  public static Shard parse(String text, Map<String, String> environment) {
    if (text.equals(AUTO)) {
      return Stream.of(Engine.values())
          .filter(engine -> environment.containsKey(engine.index))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException(noEngine()))
          .shard(environment);
    }
    Matcher part = PART.matcher(text);
    if (!part.matches()) {
      throw new IllegalArgumentException(
          "--shard %s: use I/N, such as 1/4, or auto".formatted(text));
    }
    return new Shard(Integer.parseInt(part.group(1)), Integer.parseInt(part.group(2)));
  }

  private static String noEngine() {
    return Stream.of(Engine.values())
        .map(engine -> engine.index)
        .collect(Collectors.joining(", ", "--shard auto: none of ", " is set; use I/N"));
  }

  /**
   * Tells the engine that this process runs a shard only. Bazel runs all cases in each process
   * unless a file is touched.
   *
   * @param environment the process's variables
   * @throws IOException if that fails
   */
  public static void announce(Map<String, String> environment) throws IOException {
    String file = environment.get(BAZEL_STATUS_FILE);
    if (file != null) {
      Files.write(Path.of(file), new byte[0]);
    }
  }

  /** Cases that go to the same shard. */
  private record Piece(List<Work> cases, double weight) {}

  /**
   * Deals cases so that all shards take about the same time: the longest first, each to the shard
   * that has least. A group that is longer than a shard's fair share is dealt in several pieces.
   *
   * @param cases all of the suite, in its order
   * @param shard which part is asked for
   * @param durations how long cases took before; one that is not there counts as the mean of those
   *     that are
   * @return the ids of the shard's cases, in the order of the suite
   */
  public static List<String> deal(List<Work> cases, Shard shard, Map<String, Duration> durations) {
    Map<String, Double> weights = weights(cases, durations);
    double share = weights.values().stream().mapToDouble(weight -> weight).sum() / shard.total();
    List<Piece> pieces = new ArrayList<>();
    for (List<Work> group : groups(cases)) {
      addPieces(pieces, group, weights, share);
    }
    pieces.sort(Comparator.comparingDouble(Piece::weight).reversed());
    double[] load = new double[shard.total()];
    Set<String> mine = new HashSet<>();
    for (Piece piece : pieces) {
      int least = least(load);
      load[least] += piece.weight();
      if (least == shard.index() - 1) {
        piece.cases().forEach(one -> mine.add(one.id()));
      }
    }
    return cases.stream().map(Work::id).filter(mine::contains).toList();
  }

  private static Map<String, Double> weights(List<Work> cases, Map<String, Duration> durations) {
    double mean =
        cases.stream()
            .filter(one -> durations.containsKey(one.id()))
            .mapToLong(one -> durations.get(one.id()).toNanos())
            .average()
            .orElse(1);
    Map<String, Double> weights = new LinkedHashMap<>();
    for (Work one : cases) {
      Duration known = durations.get(one.id());
      weights.put(one.id(), known == null ? mean : (double) Math.max(1, known.toNanos()));
    }
    return weights;
  }

  private static Collection<List<Work>> groups(List<Work> cases) {
    Map<String, List<Work>> groups = new LinkedHashMap<>();
    for (Work one : cases) {
      groups.computeIfAbsent(one.group(), none -> new ArrayList<>()).add(one);
    }
    return groups.values();
  }

  private static void addPieces(
      List<Piece> pieces, List<Work> group, Map<String, Double> weights, double share) {
    List<Work> piece = new ArrayList<>();
    double weight = 0;
    for (Work one : group) {
      double more = weights.get(one.id());
      if (!piece.isEmpty() && weight + more > share) {
        pieces.add(new Piece(piece, weight));
        piece = new ArrayList<>();
        weight = 0;
      }
      piece.add(one);
      weight += more;
    }
    pieces.add(new Piece(piece, weight));
  }

  /** The first of those that have least. */
  private static int least(double[] load) {
    int least = 0;
    for (int i = 1; i < load.length; i++) {
      if (load[i] < load[least]) {
        least = i;
      }
    }
    return least;
  }
}
