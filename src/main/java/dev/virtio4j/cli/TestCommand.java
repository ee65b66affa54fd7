package dev.virtio4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.virtio4j.guest.GuestCache;
import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.ExitStatus;
import dev.virtio4j.machine.Host;
import dev.virtio4j.machine.JpcHosts;
import dev.virtio4j.machine.JpcOptions;
import dev.virtio4j.machine.ProgramVersion;
import dev.virtio4j.machine.ReferenceHost;
import dev.virtio4j.plugin.PluginDirectory;
import dev.virtio4j.report.CaseResult;
import dev.virtio4j.report.ReportFolder;
import dev.virtio4j.report.ResultsFile;
import dev.virtio4j.report.Shard;
import dev.virtio4j.report.Shards;
import dev.virtio4j.report.SuiteInfo;
import dev.virtio4j.suite.Case;
import dev.virtio4j.suite.Start;
import dev.virtio4j.suite.Suite;
import dev.virtio4j.suite.SuiteReader;
import dev.virtio4j.suite.SuiteText;
import dev.virtio4j.suite.run.PluginCheck;
import dev.virtio4j.suite.run.RunListener;
import dev.virtio4j.suite.run.SuiteRunner;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code test}: runs a regression suite. */
@Command(
    name = "test",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    customSynopsis = {
      "virtio4j test SUITE.yaml [OPTION]...",
      "virtio4j test --new IMAGE",
      "virtio4j test --schema"
    },
    description = {
      "Runs the cases of a regression suite. Images are never changed.",
      "Exit status: 0 all passed, 1 some failed, 2 the suite can't be run."
    })
final class TestCommand implements Callable<Integer> {
  private static final String JPC = "jpc";
  private static final String REFERENCE = "reference";

  private final Console console;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SUITE.yaml", arity = "0..1", description = "the suite")
  private Path file;

  @Option(
      names = "--new",
      paramLabel = "IMAGE",
      description = "show a suite for an image, to start from, in place of running one")
  private Path image;

  @Option(names = "--schema", description = "show the JSON schema of suites, for editors")
  private boolean schema;

  @Option(
      names = "--only",
      paramLabel = "GLOB",
      description = "only cases whose id or name is like this; may be repeated")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--jobs",
      paramLabel = "N",
      defaultValue = "1",
      description = "how many cases run at the same time (1)")
  private int jobs;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "1",
      description = "run each case so often; a difference is a failure (1)")
  private int repeat;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "write a page, JUnit XML, JSON and serial logs here")
  private Path report;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "a variable of the suite, or the only value of an axis of its matrix")
  private Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--shard",
      paramLabel = "I/N",
      description = {"run the I-th of N parts; auto:", "the part that the environment names"})
  private String shard;

  @Option(
      names = "--durations",
      paramLabel = "DIR",
      description = "--shard: deal by how long cases took in this report")
  private Path durations;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description = "keep checkpoints here, not in the cache of the user")
  private Path cache;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "reference or jpc, for cases that do not say themselves")
  private String host;

  @Option(names = "--jpc", paramLabel = "JAR", description = "the jar of a JPC, for host jpc")
  private Path jpc;

  @Option(
      names = "--jpc-repairs",
      paramLabel = "LIST",
      defaultValue = "all",
      description = "what is repaired in it: all (the default), none, or some, as for boot")
  private String repairs;

  @Option(
      names = "--plugins",
      paramLabel = "DIR",
      description = "the directory with the plugins of other devices")
  private Path plugins;

  private final Host referenceHost = new ReferenceHost();

  /** For cases that need it; else null. */
  private Host jpcHost;

  TestCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws BadInputException {
    if (schema || image != null) {
      show(schema ? SuiteText.schema() : SuiteText.starter(image));
      return ExitStatus.OK;
    }
    if (file == null) {
      throw new ParameterException(
          spec.commandLine(), "name a suite, or give --new=IMAGE for one to start from");
    }
    if (host != null && !host.equals(JPC) && !host.equals(REFERENCE)) {
      throw new BadInputException("--host: '" + host + "' is not reference or jpc");
    }
    if (jobs < 1 || repeat < 1) {
      throw new BadInputException("--jobs and --repeat take a number from 1 up");
    }
    PrintStream standardOutput = System.out;
    try {
      Suite suite = new SuiteReader(set, host).read(file);
      List<Case> selected = suite.select(only);
      List<Case> cases = dealt(suite, selected);
      if (cases.stream().anyMatch(test -> test.host().equals(JPC))) {
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8)); // JPC chats
      }
      check(cases);
      return run(suite, selected, cases);
    } catch (IOException | IllegalArgumentException e) {
      throw new BadInputException(e);
    } finally {
      System.setOut(standardOutput);
    }
  }

  /** Refuses before anything runs what would keep a case from running. */
  private void check(List<Case> cases) throws BadInputException, IOException {
    try (PluginDirectory directory = PluginsCommand.open(plugins)) {
      directory.skipped().forEach(line -> console.note("skipped: " + line));
      for (Case test : cases) {
        test.checkFiles();
        PluginCheck.check(test, directory);
      }
    }
    if (cases.stream().anyMatch(test -> test.host().equals(JPC))) {
      jpcHost = jpcHost();
    }
  }

  private void show(String text) {
    spec.commandLine().getOut().print(text);
    spec.commandLine().getOut().flush();
  }

  private List<Case> dealt(Suite suite, List<Case> selected) throws IOException {
    if (shard == null) {
      return selected;
    }
    Map<String, Duration> earlier =
        durations == null ? Map.of() : new ResultsFile(durations).durations();
    Shards.announce(System.getenv());
    List<String> mine =
        Shards.deal(
            selected.stream().map(test -> new Shards.Work(test.id(), root(suite, test))).toList(),
            part(),
            earlier);
    return selected.stream().filter(test -> mine.contains(test.id())).toList();
  }

  private Shard part() {
    return shard == null ? null : Shards.parse(shard, System.getenv());
  }

  /** The case that boots what a case goes on with. */
  private static String root(Suite suite, Case test) {
    return test.start() instanceof Start.FromCheckpoint from
        ? root(suite, suite.find(from.caseId()))
        : test.id();
  }

  private Host host(String id) {
    return id.equals(JPC) ? jpcHost : referenceHost;
  }

  private Host jpcHost() throws BadInputException {
    if (jpc == null) {
      throw new BadInputException("cases with host jpc need --jpc=JAR, the jar of a JPC");
    }
    return new JpcHosts(new JpcOptions(jpc, false, repairs, List.of()));
  }

  private int run(Suite suite, List<Case> selected, List<Case> cases) throws IOException {
    SuiteInfo info =
        new SuiteInfo(
            suite.name(), ProgramVersion.text(), Instant.now(), part(), ids(selected), ids(cases));
    Path work = Files.createTempDirectory("virtio4j-test");
    Path folder = report == null ? work.resolve("report") : report;
    Path kept = cache == null ? GuestCache.ofUser(System.getenv()).directory() : cache;
    SuiteRunner.Settings settings =
        new SuiteRunner.Settings(
            jobs, repeat, kept, work, this::host, () -> PluginsCommand.open(plugins));
    try (CleanUp cleanUp = new CleanUp(work, this::endedBySignal);
        ReportFolder results = cleanUp.add(ReportFolder.create(folder, info));
        SuiteRunner runner = cleanUp.add(new SuiteRunner(suite, settings, results));
        SuiteProgress progress =
            cleanUp.add(
                new SuiteProgress(
                    console.err(), Terminal.is(2) ? Terminal::columns : null, cases.size()))) {
      runner.run(cases, new Listener(progress));
      if (report != null) {
        console.note("report: " + results.html());
      }
      return results.totals().isFailure() ? ExitStatus.FAILED : ExitStatus.OK;
    }
  }

  private void endedBySignal() {
    console.note(
        "ended by a signal" + (report == null ? "" : "; the report has what was finished"));
  }

  private static List<String> ids(List<Case> cases) {
    return cases.stream().map(Case::id).toList();
  }

  /** Tells the progress; of files that are not kept, nothing. */
  private final class Listener implements RunListener {
    private final SuiteProgress progress;

    Listener(SuiteProgress progress) {
      this.progress = progress;
    }

    @Override
    public void making(String checkpoint) {
      progress.making(checkpoint);
    }

    @Override
    public void started(String id) {
      progress.started(id);
    }

    @Override
    public void finished(CaseResult result, Path files) {
      progress.finished(result, report == null ? null : files);
    }
  }
}
