package dev.virtio4j.cli;

import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.ExitStatus;
import dev.virtio4j.report.ReportMerge;
import dev.virtio4j.report.Totals;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code report}: what can be done with the reports of suites. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Joins the reports of regression suites.")
final class ReportCommand {
  @Spec private CommandSpec spec;

  /**
   * Joins the reports of shards.
   *
   * @param report where to
   * @param folders the reports of the shards
   * @return the exit status: 1 if a case failed
   * @throws BadInputException if they are not all shards of one run, or the report can't be written
   */
  @Command(
      name = "merge",
      mixinStandardHelpOptions = true,
      description = {
        "Joins the reports of all shards of a suite into one. That of a run that was killed",
        "may be there alone: its page and XML are then written.",
        "Exit status: 0 all cases passed, 1 some failed or were not run to their end, 2 a shard",
        "is missing or there twice, or they are of different suites."
      })
  int merge(
      @Option(
              names = "--report",
              paramLabel = "DIR",
              defaultValue = "report",
              description = "write the joined report here (report)")
          Path report,
      @Parameters(
              paramLabel = "DIR",
              arity = "1..*",
              description = "the report folders of the shards, in any order")
          List<Path> folders)
      throws BadInputException {
    try {
      Totals totals = new ReportMerge(folders).write(report);
      spec.commandLine().getOut().printf("%s: %s%n", report.resolve("index.html"), totals);
      return totals.isFailure() ? ExitStatus.FAILED : ExitStatus.OK;
    } catch (IOException e) {
      throw new BadInputException(e);
    }
  }
}
