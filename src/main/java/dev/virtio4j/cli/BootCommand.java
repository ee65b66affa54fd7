package dev.virtio4j.cli;

import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.BootRun;
import dev.virtio4j.machine.BootRun.Ending;
import dev.virtio4j.machine.Host;
import dev.virtio4j.machine.MachineOptions;
import dev.virtio4j.machine.MachineSetup;
import dev.virtio4j.machine.Monitor;
import dev.virtio4j.machine.ProfileReport;
import dev.virtio4j.machine.Report;
import dev.virtio4j.machine.SaveTarget;
import dev.virtio4j.pc.cpu.Profile;
import dev.virtio4j.plugin.PluginDevices;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code boot}: any kernel or firmware, with the options of the command line. */
@Command(
    name = "boot",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    customSynopsis = {
      "virtio4j boot --kernel FILE [OPTION]... (or --firmware FILE)",
      "virtio4j boot --restore FILE [OPTION]...",
      "virtio4j boot --host jpc --jpc JAR [OPTION]... [-- JPC-OPTION...]"
    },
    description = {
      "Boots a kernel on the reference PC or a JPC, or goes on with a saved machine.",
      "Standard input and output are COM1. At a terminal, Ctrl-A x ends the run."
    })
final class BootCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec;

  @Option(names = "--kernel", paramLabel = "FILE", description = "a 32-bit bzImage")
  private Path kernel;

  @Option(names = "--initrd", paramLabel = "FILE", description = "the initial RAM disk")
  private Path initrd;

  @Option(names = "--append", paramLabel = "TEXT", description = "the kernel's command line")
  private String append;

  @Option(
      names = "--firmware",
      paramLabel = "FILE",
      description = "a BIOS image, which boots from the drives")
  private Path firmware;

  @Mixin private HardwareOptions hardware;

  @Mixin private HostOptions hosts;

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
      names = "--save-on",
      arity = "2",
      paramLabel = "REGEX FILE",
      hideParamSyntax = true,
      description = {
        "after all of --expect, when this came on COM1:",
        "save the machine here and end"
      })
  private String[] saveOn;

  @Option(
      names = "--restore",
      paramLabel = "FILE",
      description = "go on with a saved machine: same memory and drives")
  private Path saved;

  @Option(
      names = "--clock",
      paramLabel = "CLOCK",
      defaultValue = "virtual",
      description = {
        "virtual: time is instructions (the default);",
        "realtime: paced to the wall clock"
      })
  private Clock clock;

  @Option(
      names = "--stats",
      paramLabel = "FILE",
      description = "write the figures of the run here as JSON")
  private Path stats;

  @Option(
      names = "--profile",
      paramLabel = "FILE",
      description = "write the guest's profile here and in FILE.folded")
  private Path profileFile;

  @Option(
      names = "--monitor",
      paramLabel = "PATH",
      description = "make a unix socket here that takes commands")
  private Path monitor;

  @Parameters(
      paramLabel = "JPC-OPTION",
      arity = "0..*",
      description = "JPC's own options, after --")
  private List<String> jpcArguments = new ArrayList<>();

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
    return hosts.quietly(
        () -> {
          Profile profile = profileFile == null ? null : new Profile();
          return boot(machine(), host(profile), profile);
        });
  }

  private int boot(MachineOptions options, Host host, Profile profile) throws Exception {
    List<Pattern> awaited = new ArrayList<>(expected);
    if (saveOn != null) {
      awaited.add(savePattern());
    }
    try (SignalWatch signals = new SignalWatch();
        MonitorSocket socket = monitor == null ? null : MonitorSocket.open(monitor);
        SaveTarget target = saveOn == null ? null : saveTarget(options);
        PluginDevices devices = hardware.openDevices(console);
        MachineSetup setup = MachineSetup.open(host, options, devices)) {
      BootRun run =
          new BootRun(
              setup::powerOn,
              awaited,
              target == null ? Ending.EXPECTED : Ending.SAVED,
              console::serial,
              console::note);
      List<OutputFile> outputs = outputs(setup, profile);
      OutputFile.check(outputs, options.files(), target);
      signals.onSignal(run::quit);
      if (socket != null) {
        socket.serve(new Monitor(run, setup)::ask);
      }
      BootRun.Result result = runAtTerminal(run);
      if (target != null && result.ending() == Ending.SAVED && result.outstanding() == null) {
        save(setup, target); // the monitor did it already, where something is outstanding
      }
      console.note(result.reason());
      new Report(result, setup.drives()).lines().forEach(console::note);
      OutputFile.write(outputs, result);
      return result.exitStatus();
    }
  }

  private MachineOptions machine() throws BadInputException {
    if (saved == null && kernel == null && firmware == null && !hosts.isJpc()) {
      throw new ParameterException(
          spec.commandLine(),
          "give --kernel=FILE or --firmware=FILE to boot, or --restore=FILE to go on");
    }
    boolean kernelGiven = kernel != null || initrd != null || append != null;
    if (saved != null && (kernelGiven || firmware != null)) {
      throw new ParameterException(
          spec.commandLine(),
          "a saved machine has what it boots in it: leave out --kernel, --initrd, --append and --firmware");
    }
    if (firmware != null && kernelGiven) {
      throw new ParameterException(
          spec.commandLine(),
          "firmware boots from the drives: leave out --kernel, --initrd and --append");
    }
    return new MachineOptions(
        hardware.memoryBytes(),
        saved,
        firmware,
        kernel,
        initrd,
        append == null ? "" : append,
        hardware.drives(),
        snapshot,
        clock == Clock.REALTIME);
  }

  private Host host(Profile profile) throws BadInputException {
    try {
      return hosts.host(jpcArguments, profile);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private Pattern savePattern() {
    try {
      return Main.pattern(saveOn[0]);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--save-on: " + e.getMessage(), e);
    }
  }

  private SaveTarget saveTarget(MachineOptions options) throws BadInputException {
    try {
      return SaveTarget.open(Path.of(saveOn[1]), options.drives());
    } catch (IOException e) {
      throw new BadInputException(e);
    }
  }

  private void save(MachineSetup setup, SaveTarget target) throws BadInputException {
    try {
      console.note(setup.save(target));
    } catch (IOException e) {
      throw new BadInputException(e);
    }
  }

  private List<OutputFile> outputs(MachineSetup setup, Profile profile) {
    List<OutputFile> outputs = new ArrayList<>();
    if (stats != null) {
      outputs.add(new OutputFile("--stats", stats, run -> new Report(run, setup.drives()).json()));
    }
    if (profile != null) {
      outputs.add(
          new OutputFile("--profile", profileFile, run -> new ProfileReport(run, profile).text()));
      outputs.add(
          new OutputFile(
              "--profile",
              Path.of(profileFile + ".folded"),
              run -> new ProfileReport(run, profile).folded()));
    }
    return outputs;
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
