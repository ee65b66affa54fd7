package dev.virtio4j.cli;

import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.ExitStatus;
import dev.virtio4j.machine.Host;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code firmware-test}: runs the bare-metal programs that test the disk. */
@Command(
    name = "firmware-test",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs bare-metal programs that use the disk as a BIOS or an old driver does.",
      "Shows a line for each; ends with 1 if one of them failed."
    })
final class FirmwareTestCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "NAME",
      arity = "0..*",
      completionCandidates = Names.class,
      description = "what to run, else all: ${COMPLETION-CANDIDATES}")
  private List<String> names = FirmwareProgram.NAMES;

  @Option(names = "--speed", description = "show how fast each ran")
  private boolean speed;

  @Mixin private HostOptions hosts;

  FirmwareTestCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    for (String name : names) {
      if (!FirmwareProgram.NAMES.contains(name)) {
        throw new BadInputException(
            "'%s' is no firmware test; there are %s"
                .formatted(name, String.join(", ", FirmwareProgram.NAMES)));
      }
    }
    return hosts.quietly(() -> run(host()));
  }

  private Host host() throws BadInputException {
    try {
      return hosts.host(List.of(), null);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private int run(Host host) throws IOException {
    PrintStream out = new PrintStream(console.out(), true, StandardCharsets.UTF_8);
    int status = ExitStatus.OK;
    for (String name : names) {
      FirmwareProgram program = FirmwareProgram.load(name);
      FirmwareProgram.Result result = hosts.isJpc() ? program.run(host) : program.run(hosts.cpu());
      String line =
          result.problem().map(text -> "FAIL " + name + ": " + text).orElse("pass " + name);
      out.println(speed ? line + speed(result) : line);
      if (result.problem().isPresent()) {
        status = ExitStatus.FAILED;
      }
    }
    return status;
  }

  private static String speed(FirmwareProgram.Result result) {
    double seconds = result.nanos() / 1e9;
    return String.format(
        Locale.ROOT,
        ": %.1f million instructions in %.3f s, %.1f million a second",
        result.instructions() / 1e6,
        seconds,
        result.instructions() / 1e6 / seconds);
  }

  /** The names, for the help. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return FirmwareProgram.NAMES.iterator();
    }
  }
}
