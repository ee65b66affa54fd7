package dev.virtio4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the benchmarks and prints their table; see the README. */
public final class BenchMain {
  /**
   * How many JVMs measure each. Now and then one of them is half as slow again as the others, on
   * the same code; the median leaves that out.
   */
  private static final int FORKS = 3;

  private BenchMain() {}

  /**
   * Runs.
   *
   * @param args which benchmarks, a regular expression; whether to be quick, "true" or "false"; the
   *     file for the table
   * @throws RunnerException if a benchmark fails
   * @throws IOException if the table can't be written
   */
  public static void main(String[] args) throws RunnerException, IOException {
    boolean quick = Boolean.parseBoolean(args[1]);
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(args[0])
            .mode(Mode.AverageTime)
            .timeUnit(TimeUnit.MICROSECONDS)
            .forks(quick ? 1 : FORKS)
            .jvmArgs("-XX:+UseSerialGC", "-Xmx1g") // the collector is that of ./virtio4j
            .warmupIterations(quick ? 2 : 3)
            .warmupTime(TimeValue.milliseconds(quick ? 300 : 400))
            .measurementIterations(3)
            .measurementTime(TimeValue.milliseconds(quick ? 200 : 300))
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true);
    Collection<RunResult> results = new Runner(options.build()).run();
    String table = BenchTable.of(results);
    System.out.println("\n" + table);
    Files.writeString(Path.of(args[2]), table);
  }
}
