package dev.virtio4j.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code boot}: any kernel, with the options of the command line. */
@Command(
    name = "boot",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    customSynopsis = "virtio4j boot --kernel FILE [OPTION]...",
    description = {
      "Boots a Linux kernel on the reference PC.",
      "Standard input and output are COM1. At a terminal, Ctrl-A x ends the run."
    })
final class BootCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--kernel",
      paramLabel = "FILE",
      required = true,
      description = "a 32-bit bzImage")
  private Path kernel;

  @Option(names = "--initrd", paramLabel = "FILE", description = "the initial RAM disk")
  private Path initrd;

  @Option(
      names = "--append",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "the kernel's command line")
  private String append;

  @Mixin private HardwareOptions hardware;

  @Option(names = "--snapshot", description = "throw away what the guest writes to its disks")
  private boolean snapshot;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "end after this wall-clock time: 300s, 5m, 500ms")
  private Duration timeout;

  @Option(
      names = "--expect",
      paramLabel = "REGEX",
      description = "end when this came on COM1; repeated: in this order")
  private List<Pattern> expected = new ArrayList<>();

  @Option(
      names = "--clock",
      paramLabel = "CLOCK",
      defaultValue = "virtual",
      description = {
        "virtual: time is retired instructions (the default);",
        "realtime: paced to the wall clock"
      })
  private Clock clock;

  @Option(
      names = "--stats",
      paramLabel = "FILE",
      description = "write the figures of the run here as JSON")
  private StatsFile stats;

  /** What the guest's time goes by. */
  enum Clock {
    VIRTUAL,
    REALTIME;

    /**
     * Reads the name.
     *
     * @param text what stands after {@code --clock}
     * @return the clock
     * @throws IllegalArgumentException if there is none of that name
     */
    static Clock parse(String text) {
      return switch (text) {
        case "virtual" -> VIRTUAL;
        case "realtime" -> REALTIME;
        default -> throw new IllegalArgumentException("'" + text + "' is not virtual or realtime");
      };
    }
  }

  BootCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    MachineOptions options =
        new MachineOptions(
            hardware.memoryBytes(),
            kernel,
            initrd,
            append,
            hardware.drives(),
            snapshot,
            clock == Clock.REALTIME);
    try (MachineSetup setup = MachineSetup.open(options)) {
      BootRun run = new BootRun(setup::powerOn, expected, console::serial, console::note);
      if (stats != null) {
        stats.check(options.files());
      }
      BootRun.Result result = runAtTerminal(run);
      Report report = new Report(result, setup.drives());
      console.note(result.reason());
      report.lines().forEach(console::note);
      if (stats != null) {
        stats.write(report);
      }
      return result.exitStatus();
    }
  }

  private BootRun.Result runAtTerminal(BootRun run) {
    Optional<Terminal> terminal = Terminal.raw();
    try {
      if (terminal.isPresent()) {
        console.note("Ctrl-A x ends the run");
      }
      new TypedInput(console.in(), terminal.isPresent(), run::type, run::quit, run::goOn).start();
      return run.run(timeout, terminal.isPresent() ? null : BootRun.RETRY);
    } finally {
      terminal.ifPresent(Terminal::close);
    }
  }
}
