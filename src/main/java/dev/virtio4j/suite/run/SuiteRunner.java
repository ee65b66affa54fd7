package dev.virtio4j.suite.run;

import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.Host;
import dev.virtio4j.plugin.PluginDirectory;
import dev.virtio4j.report.CaseResult;
import dev.virtio4j.report.Outcome;
import dev.virtio4j.report.ReportFolder;
import dev.virtio4j.suite.Case;
import dev.virtio4j.suite.Start;
import dev.virtio4j.suite.Suite;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.apache.commons.io.file.PathUtils;

/**
 * Runs cases of a suite. A case that goes on from a checkpoint waits, without a thread, until that
 * is there: from the cache, from the case that makes it as it is run anyway, or from a run up to
 * there that is in no report.
 */
public final class SuiteRunner implements Closeable {
  private final Suite suite;
  private final Settings settings;
  private final ReportFolder report;
  private final Checkpoints cache;
  private final CheckpointKeys keys;
  private RunListener listener;

  private final Map<String, Job> jobs = new LinkedHashMap<>();
  private final Map<Start.FromCheckpoint, Wanted> wanted = new HashMap<>();

  /**
   * How to run.
   *
   * @param jobs how many cases run at the same time, 1 or more
   * @param repeat how often each is run, 1 or more
   * @param cache the directory of checkpoints
   * @param work a directory for what is needed meanwhile
   * @param hosts gives the emulator of a name
   * @param plugins opens the plugins that have devices of cases
   */
  public record Settings(
      int jobs,
      int repeat,
      Path cache,
      Path work,
      Function<String, Host> hosts,
      PluginSource plugins) {}

  /** Opens plugins. */
  @FunctionalInterface
  public interface PluginSource {
    /**
     * Opens them, each time anew.
     *
     * @return the plugins; to be closed
     * @throws BadInputException if they can't be opened
     */
    PluginDirectory open() throws BadInputException;
  }

  /** A checkpoint that cases wait for. */
  private static final class Wanted {
    final String key;
    final CompletableFuture<Checkpoint> made = new CompletableFuture<>();
    boolean reused;

    Wanted(String key) {
      this.key = key;
    }
  }

  /** A case that is to be run. */
  private static final class Job {
    final Case test;

    /** Whether it is only run for the checkpoints. */
    final boolean hidden;

    /** The checkpoints that it is to make, by their names. */
    final Map<String, Wanted> makes = new LinkedHashMap<>();

    Job(Case test, boolean hidden) {
      this.test = test;
      this.hidden = hidden;
    }

    String nameOf(String checkpoint) {
      return test.id() + "@" + checkpoint;
    }
  }

  /**
   * Prepares to run.
   *
   * @param suite the suite
   * @param settings how
   * @param report takes the results
   * @throws IOException if the cache can't be used; the message is one line
   */
  public SuiteRunner(Suite suite, Settings settings, ReportFolder report) throws IOException {
    this.suite = suite;
    this.settings = settings;
    this.report = report;
    cache = new Checkpoints(settings.cache(), Checkpoints.MAX_BYTES);
    keys =
        new CheckpointKeys(
            suite, settings.hosts(), new FileHashes(settings.cache()), settings.plugins());
  }

  /**
   * Runs cases, each to its result in the report; once.
   *
   * @param cases of the suite
   * @param newListener hears how far it is
   * @throws IOException if a file of one, the cache or the report can't be used; the message is one
   *     line
   */
  public void run(List<Case> cases, RunListener newListener) throws IOException {
    listener = newListener;
    plan(cases);
    ExecutorService pool = Executors.newFixedThreadPool(settings.jobs(), SuiteRunner::thread);
    try {
      CompletableFuture.allOf(
              inOrder().stream()
                  .map(job -> start(job).handleAsync((from, e) -> run(job, from, e), pool))
                  .toArray(CompletableFuture<?>[]::new))
          .join();
      cache.prune();
    } catch (CompletionException e) {
      if (e.getCause() instanceof UncheckedIOException failure) {
        throw failure.getCause();
      }
      throw e;
    } finally {
      pool.shutdown();
    }
  }

  /**
   * First those for which others wait, then those that wait for nothing. Those that wait for a
   * checkpoint begin when it is there, the last of this order first.
   */
  private List<Job> inOrder() {
    List<Job> inOrder = new ArrayList<>();
    List<Job> waiting = new ArrayList<>();
    jobs.values().forEach(job -> (start(job).isDone() ? inOrder : waiting).add(job));
    inOrder.sort(Comparator.comparing(job -> job.makes.isEmpty()));
    Collections.reverse(waiting);
    inOrder.addAll(waiting);
    return inOrder;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "case");
    thread.setDaemon(true);
    return thread;
  }

  private void plan(List<Case> cases) throws IOException {
    cases.forEach(test -> jobs.put(test.id(), new Job(test, false)));
    for (Case test : cases) {
      wantStart(test);
    }
    // Nobody may wait for these now, but the next run will be glad of them.
    for (Case test : suite.cases()) {
      if (test.start() instanceof Start.FromCheckpoint from && jobs.containsKey(from.caseId())) {
        want(from);
      }
    }
  }

  private void wantStart(Case test) throws IOException {
    if (test.start() instanceof Start.FromCheckpoint from) {
      want(from);
    }
  }

  private void want(Start.FromCheckpoint from) throws IOException {
    if (wanted.containsKey(from)) {
      return;
    }
    Wanted one = new Wanted(keys.of(from));
    wanted.put(from, one);
    Optional<Checkpoint> there = cache.find(one.key);
    if (there.isPresent()) {
      one.reused = true;
      one.made.complete(there.get());
      return;
    }
    Case maker = suite.find(from.caseId());
    jobs.computeIfAbsent(maker.id(), id -> new Job(maker, true)).makes.put(from.checkpoint(), one);
    wantStart(maker);
  }

  private CompletableFuture<Checkpoint> start(Job job) {
    return job.test.start() instanceof Start.FromCheckpoint from
        ? wanted.get(from).made
        : CompletableFuture.completedFuture(null);
  }

  /** Runs a case, from a checkpoint or null, unless that could not be made. */
  private Void run(Job job, Checkpoint from, Throwable failure) {
    CaseResult result = null;
    try {
      result = failure == null ? run(job, from) : notRun(job.test, failure);
      if (!job.hidden) {
        CaseResult done = result;
        Path folder = failure == null ? report.caseFolder(job.test.id()) : null;
        report.add(done);
        hear(() -> listener.finished(done, folder));
      }
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      giveUpCheckpoints(job, result);
    }
  }

  private static CaseResult notRun(Case test, Throwable failure) {
    return CaseResult.notRun(
        test.id(), test.axes(), Outcome.ERROR, failure.getMessage(), Instant.now());
  }

  /** Tells those who wait for checkpoints that a case did not make. */
  private static void giveUpCheckpoints(Job job, CaseResult result) {
    String why =
        result == null || result.message() == null ? "the case ended before it" : result.message();
    job.makes.forEach(
        (name, checkpoint) ->
            checkpoint.made.completeExceptionally(
                new IOException("%s was not made: %s".formatted(job.nameOf(name), why))));
  }

  private CaseResult run(Job job, Checkpoint from) throws IOException {
    if (job.makes.isEmpty()) {
      return runCase(job, from);
    }
    List<Map.Entry<String, Wanted>> makes = List.copyOf(job.makes.entrySet());
    // One program makes them all, and others that want the same wait for it meanwhile.
    Closeable lock = cache.lock(makes.get(0).getValue().key);
    try {
      return job.hidden ? make(job, from) : runCase(job, from);
    } finally {
      lock.close();
    }
  }

  /** Runs a case up to the last checkpoint that is wanted of it. */
  private CaseResult make(Job job, Checkpoint from) throws IOException {
    int steps = 0;
    String last = "";
    for (Map.Entry<String, Wanted> each : job.makes.entrySet()) {
      Optional<Checkpoint> there = cache.find(each.getValue().key);
      if (there.isPresent()) { // another program made it meanwhile
        each.getValue().made.complete(there.get());
        continue;
      }
      int end = CheckpointKeys.stepsTo(job.test, each.getKey());
      if (end > steps) {
        steps = end;
        last = each.getKey();
      }
    }
    if (steps == 0) {
      return null;
    }
    String name = job.nameOf(last);
    hear(() -> listener.making(name));
    Path folder = Files.createTempDirectory(settings.work(), "checkpoint");
    CaseResult result = caseRun(job, from, folder, steps).run().result();
    PathUtils.deleteDirectory(folder);
    return result;
  }

  private CaseResult runCase(Job job, Checkpoint from) throws IOException {
    hear(() -> listener.started(job.test.id()));
    Path folder = report.caseFolder(job.test.id());
    int steps = job.test.steps().size();
    CaseRun.Done first = caseRun(job, from, folder, steps).run();
    for (int i = 2; i <= settings.repeat(); i++) {
      if (first.result().outcome() != Outcome.PASSED) {
        break;
      }
      Path again = Files.createDirectory(folder.resolve("repeat-" + i));
      List<String> differences =
          Repetition.differences(first, folder, caseRun(job, from, again, steps).run(), again);
      if (differences.isEmpty()) {
        PathUtils.deleteDirectory(again);
      } else {
        return Repetition.failed(
            first.result(), "run %d differs: %s".formatted(i, String.join("; ", differences)));
      }
    }
    return first.result();
  }

  private CaseRun caseRun(Job job, Checkpoint from, Path folder, int steps) {
    boolean reused =
        job.test.start() instanceof Start.FromCheckpoint start && wanted.get(start).reused;
    return new CaseRun(
        job.test,
        steps,
        settings.hosts().apply(job.test.host()),
        settings.plugins(),
        from,
        reused,
        folder,
        (name, setup) -> {
          Wanted checkpoint = job.makes.get(name);
          if (checkpoint != null && !checkpoint.made.isDone()) {
            checkpoint.made.complete(cache.take(checkpoint.key, setup));
          }
        });
  }

  private synchronized void hear(Runnable call) {
    call.run();
  }

  /** Gives up what is in the making; for a program that is about to be ended. */
  @Override
  public void close() throws IOException {
    cache.close();
  }
}
