package dev.virtio4j.machine;

import dev.virtio4j.drive.Drive;
import dev.virtio4j.drive.DriveKey;
import dev.virtio4j.drive.DriveOptions;
import dev.virtio4j.drive.Sizes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Carries out the commands of a monitor's client, between two instructions of the guest. An answer
 * is any number of lines of text, and then a line that is {@code ok}, or begins with {@code error:}
 * and says what is wrong; nothing was done then.
 */
public final class Monitor {
  private final BootRun run;
  private final MachineSetup setup;

  /** What a client can ask for. The last argument is all that is left of the line. */
  @SuppressWarnings("ImmutableEnumChecker") // the actions are functions without state
  private enum Command {
    // spotless:off
    HELP        ("help",          "",          "lists the commands",                                 (monitor, args) -> help()),
    DRIVE_LIST  ("drive list",    "",          "lists the drives",                                   (monitor, args) -> monitor.listDrives()),
    DRIVE_ADD   ("drive add",     "KEYS",      "plugs in a drive: KEY=VALUE,..., as for --drive",    (monitor, args) -> monitor.addDrive(args[0])),
    DRIVE_REMOVE("drive remove",  "NAME",      "unplugs a drive, flushes its image and closes it",   (monitor, args) -> monitor.removeDrive(args[0])),
    DRIVE_RESIZE("drive resize",  "NAME SIZE", "changes the size of a drive and its image",          (monitor, args) -> monitor.resizeDrive(args[0], args[1])),
    EJECT_FORCE ("eject --force", "NAME",      "takes the disc out although the guest holds it",     (monitor, args) -> monitor.eject(args[0], true)),
    EJECT       ("eject",         "NAME",      "takes the disc out of a CD-ROM drive",               (monitor, args) -> monitor.eject(args[0], false)),
    INSERT      ("insert",        "NAME KEYS", "puts a disc into one: file=FILE[,format=FORMAT]",    (monitor, args) -> monitor.insert(args[0], args[1])),
    STATS       ("stats",         "",          "shows the figures of --stats so far, in one line",   (monitor, args) -> monitor.stats()),
    STOP        ("stop",          "",          "lets the machine stand still: no time passes in it", (monitor, args) -> monitor.stop()),
    CONT        ("cont",          "",          "lets it go on",                                      (monitor, args) -> monitor.cont()),
    SAVE        ("save",          "FILE",      "saves the machine, then ends the run",               (monitor, args) -> monitor.save(args[0])),
    QUIT        ("quit",          "",          "flushes all images, then ends the run",              (monitor, args) -> monitor.quit());
    // spotless:on

    private final String words;
    private final String arguments;
    private final String help;
    private final Action action;

    Command(String words, String arguments, String help, Action action) {
      this.words = words;
      this.arguments = arguments;
      this.help = help;
      this.action = action;
    }

    static Command of(String line) {
      return Arrays.stream(values())
          .filter(command -> (line + " ").startsWith(command.words + " "))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("'" + line + "' is no command; " + LIST));
    }

    /** What stands on a line behind the command. */
    String[] arguments(String line) {
      String rest = line.substring(words.length()).strip();
      int count = arguments.isEmpty() ? 0 : arguments.split(" ").length;
      String[] given = rest.isEmpty() ? new String[0] : rest.split("\\s+", Math.max(1, count));
      if (given.length != count) {
        throw new IllegalArgumentException("use: " + syntax());
      }
      return given;
    }

    String syntax() {
      return arguments.isEmpty() ? words : words + " " + arguments;
    }

    private static final String LIST =
        "there are "
            + Arrays.stream(values()).map(each -> each.words).collect(Collectors.joining(", "));
  }

  /** Carries out a command. */
  private interface Action {
    /**
     * Does it.
     *
     * @param monitor whose
     * @param arguments as many as the command has
     * @return the lines of the answer
     */
    List<String> run(Monitor monitor, String... arguments) throws IOException, BadInputException;
  }

  /**
   * Makes a monitor.
   *
   * @param run the run
   * @param setup its machine
   */
  public Monitor(BootRun run, MachineSetup setup) {
    this.run = run;
    this.setup = setup;
  }

  /**
   * Carries out a command, soon. Any thread may call this.
   *
   * @param line the command
   * @param answer takes the answer on the emulator's thread, each line with its end; not called if
   *     the run ends before
   */
  public void ask(String line, Consumer<String> answer) {
    run.post(() -> answer.accept(execute(line.strip())));
  }

  /**
   * Carries out a command at once; on the emulator's thread, between two instructions.
   *
   * @param line the command, without blanks around it
   * @return the answer, each line with its end
   */
  public String execute(String line) {
    if (line.isEmpty()) {
      return ok(List.of());
    }
    try {
      Command command = Command.of(line);
      return ok(command.action.run(this, command.arguments(line)));
    } catch (BadInputException e) {
      return error(e.getMessage());
    } catch (IOException | IllegalArgumentException e) {
      return error(new BadInputException(e).getMessage());
    }
  }

  private static String ok(List<String> lines) {
    return lines.stream().map(line -> line + "\n").collect(Collectors.joining()) + "ok\n";
  }

  /**
   * The answer where something is wrong.
   *
   * @param what says what
   * @return the line, with its end
   */
  public static String error(String what) {
    return "error: " + what + "\n";
  }

  private static List<String> help() {
    return Arrays.stream(Command.values())
        .map(command -> "%-24s%s".formatted(command.syntax(), command.help))
        .toList();
  }

  private List<String> listDrives() {
    return setup.drives().list().stream().map(Drive::describe).toList();
  }

  private List<String> addDrive(String keys) throws IOException {
    setup.drives().add(DriveOptions.parse(keys));
    return List.of();
  }

  private List<String> removeDrive(String name) throws IOException {
    return with(name, drive -> setup.drives().remove(drive));
  }

  private List<String> resizeDrive(String name, String size) throws IOException {
    long bytes = Sizes.parse(size);
    return with(name, drive -> drive.resize(bytes));
  }

  private List<String> eject(String name, boolean force) throws IOException {
    return with(name, drive -> drive.eject(force));
  }

  private List<String> insert(String name, String keys) throws IOException {
    Map<DriveKey, String> given = DriveOptions.keys(keys);
    return with(name, drive -> drive.insert(given));
  }

  /** Does something to a drive. */
  private interface Change {
    void apply(Drive drive) throws IOException;
  }

  private List<String> with(String name, Change change) throws IOException {
    Drive drive = setup.drives().find(name);
    String named = drive.toString();
    try {
      change.apply(drive);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(named + ": " + e.getMessage(), e);
    }
    return List.of();
  }

  private List<String> stats() {
    return List.of(new Report(run.soFar(), setup.drives()).jsonLine());
  }

  private List<String> stop() {
    run.hold();
    return List.of();
  }

  private List<String> cont() {
    if (!run.letGo()) {
      throw new IllegalArgumentException(run.whyItStandsStill());
    }
    return List.of();
  }

  /** The run ends, so that the images stay as the saved machine left them. */
  private List<String> save(String file) throws IOException {
    try (SaveTarget target = SaveTarget.open(Path.of(file), setup.drives().options())) {
      String saved = setup.save(target);
      run.end(BootRun.Ending.SAVED);
      return List.of(saved);
    }
  }

  private List<String> quit() throws IOException {
    setup.drives().flush();
    run.quit();
    return List.of();
  }
}
