package dev.virtio4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;

/** The results as a table in Markdown, each device beside its floor. */
final class BenchTable {
  private static final String HEADER =
      """
      | | device, µs | floor, µs | ratio | bytes allocated |
      |---|---|---|---|---|
      """;

  /** The two results of a row; either may be missing. */
  private static final class Row {
    private RunResult device;
    private RunResult floor;
  }

  private BenchTable() {}

  /**
   * Makes the table.
   *
   * @param results of methods called {@code device} and {@code floor}
   * @return Markdown
   * @throws IOException if this machine can't be described
   */
  static String of(Collection<RunResult> results) throws IOException {
    Map<String, Row> rows = new LinkedHashMap<>();
    for (RunResult result : results) {
      Row row = rows.computeIfAbsent(name(result.getParams()), name -> new Row());
      if (result.getParams().getBenchmark().endsWith(".device")) {
        row.device = result;
      } else {
        row.floor = result;
      }
    }
    return rows.entrySet().stream()
        .filter(row -> row.getValue().device != null && row.getValue().floor != null)
        .map(row -> line(row.getKey(), row.getValue()))
        .collect(Collectors.joining("", HEADER, "\n" + machine() + "\n"));
  }

  private static String line(String name, Row row) {
    double device = micros(row.device);
    double floor = micros(row.floor);
    return String.format(
        Locale.ROOT,
        "| %s | %.3f | %.3f | %.2f | %.0f |%n",
        name,
        device,
        floor,
        device / floor,
        allocated(row.device));
  }

  /** "MemoryDisk" and its parameters become "memory disk, read, bytes 512". */
  private static String name(BenchmarkParams params) {
    String words =
        params
            .getBenchmark()
            .replaceFirst(".*\\.(\\w+)\\.\\w+", "$1")
            .replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ")
            .toLowerCase(Locale.ROOT);
    return params.getParamsKeys().stream()
        .map(
            key ->
                (key.equals("access") || key.equals("format") ? "" : key + " ")
                    + params.getParam(key))
        .collect(Collectors.joining(", ", words + ", ", ""));
  }

  /** The median of the iterations of all JVMs, for one thing done. */
  private static double micros(RunResult result) {
    double perCall = result.getPrimaryResult().getStatistics().getPercentile(50);
    return perCall / count(result.getParams());
  }

  private static double allocated(RunResult result) {
    return result.getSecondaryResults().get("gc.alloc.rate.norm").getScore()
        / count(result.getParams());
  }

  private static int count(BenchmarkParams params) {
    String count = params.getParam("count");
    return count == null ? 1 : Integer.parseInt(count);
  }

  /** On what this was measured. */
  private static String machine() throws IOException {
    Path cpuinfo = Path.of("/proc/cpuinfo");
    String cpu = System.getProperty("os.arch");
    if (Files.exists(cpuinfo)) {
      try (Stream<String> lines = Files.lines(cpuinfo)) {
        cpu =
            lines
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.replaceFirst(".*: ", ""))
                .findFirst()
                .orElse(cpu);
      }
    }
    return "%s, %d cores, %s, %s %s"
        .formatted(
            cpu,
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name"),
            System.getProperty("java.vm.name"),
            System.getProperty("java.version"));
  }
}
