package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.guest.TestGuest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.apache.commons.io.IOUtils;

/**
 * What is typed into a Debian guest, and what it answers, line for line:
 *
 * <pre>
 *   # a comment, that is for the reader
 *   drive 64M,serial=abc                   a disk of zeroes, and its keys as for --drive
 *   file spare 8M                          a file of zeroes that is no drive
 *   $ blockdev --getsz /dev/vda            a command of the guest's shell; busybox's, unless it has
 *   131072                                 a path; and what it prints, errors too
 *   > drive resize drive0 96M              what the host does: a command of the monitor, soon, or
 *   > allocated drive0 at most 8M          checks how much of an image the host has space for
 * </pre>
 *
 * <p>What the monitor answers is shown where something is wrong. In a command, {@code @} stands for
 * the directory of the files.
 *
 * <p>Empty lines don't count.
 */
final class GuestScenario {
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final int MEMORY = 128 << 20;

  private final List<String> drives;
  private final List<String> files;
  private final String expected;
  private final String script;

  private GuestScenario(List<String> lines) {
    drives = lines.stream().filter(line -> line.startsWith("drive ")).toList();
    files = lines.stream().filter(line -> line.startsWith("file ")).toList();
    List<String> session =
        lines.stream().filter(line -> !drives.contains(line) && !files.contains(line)).toList();
    expected = String.join("\n", session);
    script = session.stream().map(GuestScenario::said).collect(Collectors.joining("\n"));
  }

  /**
   * Reads a scenario.
   *
   * @param name a resource of this package in {@code guest}, without {@code .txt}
   */
  static GuestScenario load(String name) throws IOException {
    String resource = "/dev/virtio4j/cli/guest/" + name + ".txt";
    String text = IOUtils.resourceToString(resource, StandardCharsets.UTF_8);
    return new GuestScenario(text.lines().filter(line -> !line.isBlank()).toList());
  }

  /** The commands that make the guest say a line and do what it says. */
  private static String said(String line) {
    return switch (line.charAt(0)) {
      case '#', '>' -> echo(line);
      case '$' -> echo(line) + "\n" + line.substring(2);
      default -> "";
    };
  }

  private static String echo(String line) {
    return "echo '" + line.replace("'", "'\\''") + "'";
  }

  /**
   * Boots the guest and compares what it says.
   *
   * @param directory an empty one, for the guest and its disks
   */
  void run(Path directory) throws Exception {
    TestGuest guest = TestGuest.of(script, directory);
    for (String file : files) {
      String[] words = file.split(" ", -1);
      makeFile(directory.resolve(words[1]), words[2]);
    }
    MachineOptions options =
        new MachineOptions(
            MEMORY,
            null,
            null,
            guest.kernel(),
            guest.initramfs(),
            TestGuest.COMMAND_LINE,
            makeDrives(directory),
            false,
            false);
    StringBuilder serial = new StringBuilder();
    AtomicReference<Monitor> monitor = new AtomicReference<>();
    BootRun.Result result;
    try (MachineSetup setup = MachineSetup.open(options)) {
      IntConsumer line =
          value -> {
            serial.append((char) value);
            if (value == '\n') {
              hostActs(serial, setup.drives(), monitor.get(), directory);
            }
          };
      BootRun run = new BootRun(setup::powerOn, List.of(), line, note -> {});
      monitor.set(new Monitor(run, setup));
      result = run.run(TIMEOUT, BootRun.RETRY);
    }
    String said = serial.toString().replace("\r", "").replaceAll("\n+", "\n");
    assertThat(said).as(result.reason()).contains("test: begins\n", "\ntest: ends\n");
    assertThat(said.replaceFirst("(?s).*test: begins\n(.*)\ntest: ends\n.*", "$1"))
        .isEqualTo(expected);
  }

  /** Does what the guest's last line asks of the host. */
  private void hostActs(StringBuilder serial, Drives drives, Monitor monitor, Path directory) {
    String line = serial.substring(serial.lastIndexOf("\n", serial.length() - 2) + 1).strip();
    String[] words = line.split(" ", -1);
    if (line.startsWith("> allocated")) {
      long allocated = allocatedBytes(Path.of(drives.find(words[2]).options().file()));
      if (allocated > Sizes.parse(words[5])) {
        serial.append("no, ").append(allocated).append(" bytes\n");
      }
    } else if (line.startsWith("> ")) {
      String command = line.substring(2).replace("@", directory.toString());
      monitor.ask(command, answer -> showFailure(answer, serial));
    }
  }

  private static void showFailure(String answer, StringBuilder serial) {
    if (!answer.endsWith("ok\n")) {
      serial.append(answer);
    }
  }

  /** How much space a file takes, as du(1) says. */
  private static long allocatedBytes(Path file) {
    try {
      Process du = new ProcessBuilder("du", "-k", file.toString()).start();
      try (BufferedReader output = du.inputReader()) {
        return Long.parseLong(output.readLine().replaceFirst("\\D.*", "")) * 1024;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void makeFile(Path path, String size) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(Sizes.parse(size));
    }
  }

  private List<DriveOptions> makeDrives(Path directory) throws IOException {
    List<DriveOptions> made = new ArrayList<>();
    for (String drive : drives) {
      String[] sizeAndKeys = drive.substring("drive ".length()).split(",", 2);
      Path image = directory.resolve("disk" + made.size());
      makeFile(image, sizeAndKeys[0]);
      String keys = sizeAndKeys.length == 1 ? "" : "," + sizeAndKeys[1];
      made.add(DriveOptions.parse("file=" + image + keys));
    }
    return made;
  }
}
