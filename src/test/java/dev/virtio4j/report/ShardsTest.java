package dev.virtio4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Shards")
class ShardsTest {

  private static Map<String, String> environment(String text) {
    return text == null
        ? Map.of()
        : Arrays.stream(text.split(" "))
            .map(variable -> variable.split("=", 2))
            .collect(Collectors.toMap(variable -> variable[0], variable -> variable[1]));
  }

  @ParameterizedTest(name = "{0} with {1}: {2}")
  @DisplayName("are numbered as the user or the engine says")
  @CsvSource({
    "1/4,, 1/4",
    "4/4, TEST_SHARD_INDEX=0 TEST_TOTAL_SHARDS=2, 4/4",
    "auto, TEST_SHARD_INDEX=0 TEST_TOTAL_SHARDS=2, 1/2",
    "auto, JOB_COMPLETION_INDEX=3 VIRTIO4J_SHARD_TOTAL=4, 4/4",
    "auto, CI_NODE_INDEX=1 CI_NODE_TOTAL=3, 1/3",
  })
  void parse(String option, String variables, String shard) {
    assertThat(Shards.parse(option, environment(variables))).hasToString(shard);
  }

  @ParameterizedTest(name = "{0} with {1}")
  @DisplayName("that nobody numbered, or wrongly, are refused in one line")
  @CsvSource({
    "0/4,, 'shard 0/4: use I/N, with I from 1 to N'",
    "5/4,, 'shard 5/4: use I/N, with I from 1 to N'",
    "1,, '--shard 1: use I/N, such as 1/4, or auto'",
    "1/99999999999,, '--shard 1/99999999999: use I/N, such as 1/4, or auto'",
    "auto, CI_NODE_TOTAL=2, '--shard auto: none of TEST_SHARD_INDEX, JOB_COMPLETION_INDEX,"
        + " CI_NODE_INDEX is set; use I/N'",
    "auto, JOB_COMPLETION_INDEX=0, '--shard auto: JOB_COMPLETION_INDEX is set, but"
        + " VIRTIO4J_SHARD_TOTAL is not: set it to the number of shards'",
    "auto, CI_NODE_INDEX=0 CI_NODE_TOTAL=3, '--shard auto: CI_NODE_INDEX=0, but with"
        + " CI_NODE_TOTAL=3 it is from 1 to 3'",
    "auto, TEST_SHARD_INDEX=2 TEST_TOTAL_SHARDS=2, '--shard auto: TEST_SHARD_INDEX=2, but with"
        + " TEST_TOTAL_SHARDS=2 it is from 0 to 1'",
    "auto, TEST_SHARD_INDEX=x TEST_TOTAL_SHARDS=2, '--shard auto: TEST_SHARD_INDEX=x is no number'",
  })
  void bad(String option, String variables, String message) {
    assertThatThrownBy(() -> Shards.parse(option, environment(variables)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  @DisplayName("are announced to Bazel, which would run all cases in each otherwise")
  void announce(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("status");
    Shards.announce(Map.of("TEST_SHARD_STATUS_FILE", file.toString()));
    assertThat(file).exists();

    Shards.announce(Map.of());
  }

  private static List<Shards.Work> cases(int count, int groups) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Shards.Work("case" + i, "group" + i % groups))
        .toList();
  }

  private static List<List<String>> all(
      List<Shards.Work> cases, int total, Map<String, Duration> durations) {
    return IntStream.rangeClosed(1, total)
        .mapToObj(i -> Shards.deal(cases, new Shard(i, total), durations))
        .toList();
  }

  @Test
  @DisplayName("take turns when nothing is known of the cases")
  void roundRobin() {
    assertThat(all(cases(5, 5), 2, Map.of()))
        .containsExactly(List.of("case0", "case2", "case4"), List.of("case1", "case3"));
  }

  @Test
  @DisplayName("are dealt the longest cases first")
  void longestFirst() {
    Map<String, Duration> durations =
        Map.of(
            "case0", Duration.ofSeconds(1),
            "case1", Duration.ofSeconds(2),
            "case2", Duration.ofSeconds(3),
            "case3", Duration.ofSeconds(6));
    assertThat(all(cases(4, 4), 2, durations))
        .containsExactly(List.of("case3"), List.of("case0", "case1", "case2"));
  }

  @Test
  @DisplayName("keep the cases of a group together unless one would have too much")
  void groups() {
    assertThat(all(cases(8, 2), 2, Map.of()))
        .containsExactly(
            List.of("case0", "case2", "case4", "case6"),
            List.of("case1", "case3", "case5", "case7"));
    assertThat(all(cases(20, 1), 4, Map.of())).allSatisfy(mine -> assertThat(mine).hasSize(5));
  }

  @Property
  void haveEachCaseOnceAndAboutTheSameToDo(
      @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 1000) Integer> seconds,
      @ForAll @IntRange(min = 1, max = 8) int total,
      @ForAll @IntRange(min = 1, max = 60) int groups) {
    List<Shards.Work> cases = cases(seconds.size(), groups);
    Map<String, Duration> durations = new HashMap<>();
    for (int i = 0; i < seconds.size(); i++) {
      durations.put("case" + i, Duration.ofSeconds(seconds.get(i)));
    }

    List<List<String>> shards = all(cases, total, durations);

    List<String> together = new ArrayList<>();
    shards.forEach(together::addAll);
    assertThat(together)
        .containsExactlyInAnyOrderElementsOf(cases.stream().map(Shards.Work::id).toList());
    double sum = seconds.stream().mapToInt(i -> i).sum();
    double longest = seconds.stream().mapToInt(i -> i).max().orElse(0);
    for (List<String> mine : shards) {
      double own = mine.stream().mapToLong(id -> durations.get(id).toSeconds()).sum();
      assertThat(own).isLessThanOrEqualTo(sum / total + Math.max(sum / total, longest) + 1e-6);
    }
  }
}
