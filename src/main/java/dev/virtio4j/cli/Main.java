package dev.virtio4j.cli;

import dev.virtio4j.descriptor.DeviceOptions;
import dev.virtio4j.drive.DriveOptions;
import dev.virtio4j.drive.Durations;
import dev.virtio4j.drive.MemorySize;
import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.ExitStatus;
import dev.virtio4j.machine.ProgramVersion;
import dev.virtio4j.pc.cpu.CpuMode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** The program. */
@Command(
    name = "virtio4j",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    synopsisSubcommandLabel = "COMMAND",
    description = "Legacy virtio disks on a reference PC, all in Java.",
    footer = {
      "",
      "'virtio4j COMMAND --help' shows the options of a command.",
      "",
      "Exit status: 0 as expected, 1 not so (or a check failed), 2 bad usage or input,",
      "3 timeout, 4 the guest crashed, 70 a fault of this program."
    })
public final class Main {

  private Main() {}

  /**
   * Runs the program and exits.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    // What the guest did wrong is one line of the log.
    System.setProperty("java.util.logging.SimpleFormatter.format", "virtio4j: %5$s%6$s%n");
    System.exit(run(Console.system(), args));
  }

  /**
   * Runs the program.
   *
   * @param console its standard streams
   * @param args the command line
   * @return the exit status
   */
  static int run(Console console, String... args) {
    return commandLine(console).execute(args);
  }

  /**
   * What knows all commands and their options.
   *
   * @param console the program's standard streams
   * @return the command line
   */
  static CommandLine commandLine(Console console) {
    return new CommandLine(new Main())
        .addSubcommand(new DemoCommand(console))
        .addSubcommand(new BootCommand(console))
        .addSubcommand(new DriveKeysCommand())
        .addSubcommand(new ImageCommand(console))
        .addSubcommand(new QtestCommand(console))
        .addSubcommand(new TestCommand(console))
        .addSubcommand(new GuestCommand(console))
        .addSubcommand(new FirmwareTestCommand(console))
        .addSubcommand(new PluginsCommand(console))
        .addSubcommand(new ReportCommand())
        .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
        .registerConverter(MemorySize.class, converter(MemorySize::parse))
        .registerConverter(DriveOptions.class, converter(DriveOptions::parse))
        .registerConverter(DeviceOptions.class, converter(DeviceOptions::parse))
        .registerConverter(Duration.class, converter(Durations::parse))
        .registerConverter(Pattern.class, converter(Main::pattern))
        .registerConverter(BootCommand.Clock.class, converter(BootCommand.Clock::parse))
        .registerConverter(CpuMode.class, converter(CpuMode::parse))
        .setExpandAtFiles(false) // a value may begin with @
        .setParameterExceptionHandler((e, arguments) -> badUsage(console, e))
        .setExecutionExceptionHandler((e, command, parsed) -> failed(console, e));
  }

  private static <T> ITypeConverter<T> converter(Function<String, T> parser) {
    return text -> {
      try {
        return parser.apply(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    };
  }

  /**
   * Reads a regular expression.
   *
   * @throws IllegalArgumentException with one line if it is none
   */
  static Pattern pattern(String text) {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is no regular expression: " + e.getDescription(), e);
    }
  }

  private static int badUsage(Console console, ParameterException e) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    console.note(oneLine(e.getMessage()) + "; see '" + command + " --help'");
    return ExitStatus.BAD_INPUT;
  }

  private static int failed(Console console, Exception e) {
    if (e instanceof BadInputException || e instanceof UncheckedIOException) {
      console.note(oneLine(e.getMessage()));
      return ExitStatus.BAD_INPUT;
    }
    console.note("this is a fault of virtio4j, please report it with all of the following");
    e.printStackTrace(console.err());
    return ExitStatus.OUR_FAULT;
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  /** What {@code --version} shows. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
      return new String[] {ProgramVersion.text()};
    }
  }
}
