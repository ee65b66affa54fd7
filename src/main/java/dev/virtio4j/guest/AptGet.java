package dev.virtio4j.guest;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The machine's own apt-get, made to download i386 packages into a directory. It uses the machine's
 * package sources and keys, and private directories for all that it writes, so it needs no root and
 * leaves the machine's architectures, package lists and caches alone (see the resource {@code
 * apt.conf}).
 */
final class AptGet {
  /** What to do where apt-get cannot help. */
  private static final String REMEDY = "pass --kernel FILE --initrd FILE to boot instead";

  /** A line of APT::Status-Fd: how many percent of this command are done. */
  private static final Pattern STATUS = Pattern.compile("(?:dl|pm)status:[^:]*:([0-9]+)[.0-9]*:.*");

  /** The private directories and files, by apt-get's names of them. */
  private static final Map<String, String> PRIVATE =
      Map.of("Dir::State", "state", "Dir::State::status", "status", "Dir::Cache", "cache");

  private final String command;
  private final Path directory;
  private final Path log;
  private final Progress progress;

  /** What the last update had to say, if it was not content. */
  private Optional<String> updateComplaint = Optional.empty();

  /**
   * Prepares the private directories.
   *
   * @param command the program to run, {@code apt-get} but in tests
   * @param directory an empty directory: downloaded packages appear here
   * @param log the file for all that apt-get says; made anew
   * @param progress hears of downloads, in percent
   * @throws IOException if the directories cannot be written
   */
  AptGet(String command, Path directory, Path log, Progress progress) throws IOException {
    this.command = command;
    this.directory = directory.toAbsolutePath();
    this.log = log;
    this.progress = progress;
    Files.deleteIfExists(log);
    Files.createDirectories(directory.resolve("state/lists/partial"));
    Files.createDirectories(directory.resolve("cache/archives/partial"));
    Files.createFile(directory.resolve("status")); // no package is installed
    try (InputStream conf = AptGet.class.getResourceAsStream("apt.conf")) {
      Files.copy(Objects.requireNonNull(conf), directory.resolve("apt.conf"));
    }
  }

  /**
   * Gets the package lists. One source that fails is no failure: the packages may come from another
   * one. Whether they do is seen when they are downloaded.
   *
   * @throws IOException if there is no apt-get
   */
  void update() throws IOException {
    updateComplaint = run("getting package lists", "update");
  }

  /**
   * Downloads a package.
   *
   * @param name its name, or {@code name=version}
   * @return the .deb
   * @throws IOException if there is no apt-get or it does not get the package; the message says
   *     what apt-get said
   */
  Path download(String name) throws IOException {
    Optional<String> complaint = run("downloading " + name, "download", name);
    String prefix = name.replaceFirst("=.*", "") + "_";
    try (var files = Files.newDirectoryStream(directory, prefix + "*.deb")) {
      for (Path file : files) {
        return file;
      }
    }
    throw new IOException(
        String.format(
            "apt-get gets no %s for i386 from this machine's package sources: %s%s; %s"
                + " (apt-get's output is in %s)",
            name,
            complaint.orElse("it downloaded nothing"),
            updateComplaint.map(text -> " (before that: " + text + ")").orElse(""),
            REMEDY,
            log));
  }

  /**
   * Runs apt-get to its end.
   *
   * @return what it complained about, in a line; nothing if it was content
   */
  private Optional<String> run(String phase, String... arguments) throws IOException {
    progress.report(phase, 0, 100);
    List<String> commandLine = new ArrayList<>(List.of(command, "--quiet", "-c", "apt.conf"));
    PRIVATE.forEach(
        (option, name) ->
            commandLine.addAll(List.of("-o", option + "=" + directory.resolve(name))));
    commandLine.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(commandLine)
            .directory(directory.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new IOException(
          "there is no " + command + " to get Debian packages with: " + REMEDY, e);
    }
    try {
      List<String> said = listen(process, phase);
      int status = process.waitFor();
      progress.report(phase, 100, 100);
      return complaint(said, status);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while " + phase);
    } finally {
      process.destroy();
    }
  }

  /** Follows the output to its end: status lines go to the progress, all others to the log. */
  private List<String> listen(Process process, String phase) throws IOException {
    List<String> said = new ArrayList<>();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line; (line = output.readLine()) != null; ) {
        Matcher status = STATUS.matcher(line);
        if (status.matches()) {
          progress.report(phase, Long.parseLong(status.group(1)), 100);
        } else {
          said.add(line);
        }
      }
    }
    Files.write(log, said, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return said;
  }

  /** The first error, else the first warning, else the last words of a command that failed. */
  private static Optional<String> complaint(List<String> said, int status) {
    return said.stream()
        .filter(line -> line.startsWith("E: "))
        .findFirst()
        .or(() -> said.stream().filter(line -> line.startsWith("W: ")).findFirst())
        .map(line -> line.substring("E: ".length()))
        .or(
            () ->
                status == 0
                    ? Optional.empty()
                    : said.stream().filter(line -> !line.isBlank()).reduce((first, last) -> last))
        .or(() -> status == 0 ? Optional.empty() : Optional.of("exit status " + status));
  }
}
