package dev.virtio4j.cli;

import dev.virtio4j.guest.GuestCache;
import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.ExitStatus;
import dev.virtio4j.machine.Host;
import dev.virtio4j.machine.ProgramVersion;
import dev.virtio4j.machine.ReferenceHost;
import dev.virtio4j.report.CaseResult;
import dev.virtio4j.report.ReportFolder;
import dev.virtio4j.report.SuiteInfo;
import dev.virtio4j.suite.Case;
import dev.virtio4j.suite.Suite;
import dev.virtio4j.suite.SuiteReader;
import dev.virtio4j.suite.run.RunListener;
import dev.virtio4j.suite.run.SuiteRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.commons.io.file.PathUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code test}: runs a regression suite. */
@Command(
    name = "test",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    customSynopsis = "virtio4j test SUITE.yaml [OPTION]...",
    description = {
      "Runs the cases of a regression suite. Images are never changed.",
      "Exit status: 0 all passed, 1 some failed, 2 the suite can't be run."
    })
final class TestCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "SUITE.yaml", description = "the suite")
  private Path file;

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
      names = "--host",
      paramLabel = "HOST",
      description = "reference or jpc, for cases that do not say themselves")
  private String host;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "write the report here: a page, JUnit XML, JSON and serial logs")
  private Path report;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "1",
      description = "run each case so often; a difference is a failure")
  private int repeat;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "a variable of the suite, or the only value of an axis of its matrix")
  private Map<String, String> set = new LinkedHashMap<>();

  TestCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    if (jobs < 1 || repeat < 1) {
      throw new BadInputException("--jobs and --repeat take a number from 1 up");
    }
    try {
      Suite suite = new SuiteReader(set, host).read(file);
      List<Case> cases = suite.select(only);
      for (Case test : cases) {
        test.checkFiles();
        host(test.host());
      }
      return run(suite, cases);
    } catch (IOException | IllegalArgumentException e) {
      throw new BadInputException(e);
    }
  }

  private static Host host(String id) {
    if (!id.equals("reference")) {
      throw new IllegalArgumentException("host " + id + ": this version has the reference PC only");
    }
    return new ReferenceHost();
  }

  private int run(Suite suite, List<Case> cases) throws IOException {
    List<String> planned = cases.stream().map(Case::id).toList();
    SuiteInfo info =
        new SuiteInfo(suite.name(), ProgramVersion.text(), Instant.now(), null, planned, planned);
    Path work = Files.createTempDirectory("virtio4j-test");
    try (ReportFolder results =
            ReportFolder.create(report == null ? work.resolve("report") : report, info);
        SuiteRunner runner =
            new SuiteRunner(
                suite,
                new SuiteRunner.Settings(
                    jobs,
                    repeat,
                    GuestCache.ofUser(System.getenv()).directory(),
                    work,
                    TestCommand::host),
                results,
                new Progress())) {
      runner.run(cases);
      return results.totals().isFailure() ? ExitStatus.FAILED : ExitStatus.OK;
    } finally {
      PathUtils.deleteDirectory(work);
    }
  }

  private final class Progress implements RunListener {
    @Override
    public void making(String checkpoint) {
      console.note("makes checkpoint " + checkpoint);
    }

    @Override
    public void started(String id) {}

    @Override
    public void finished(CaseResult result, Path files) {
      console.note(
          result.outcome()
              + " "
              + result.id()
              + (result.message() == null ? "" : ": " + result.message()));
    }
  }
}
