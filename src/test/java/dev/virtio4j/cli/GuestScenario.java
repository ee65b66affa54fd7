package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.drive.DriveOptions;
import dev.virtio4j.drive.Sizes;
import dev.virtio4j.guest.TestGuest;
import dev.virtio4j.machine.BootRun;
import dev.virtio4j.machine.MachineOptions;
import dev.virtio4j.machine.MachineSetup;
import dev.virtio4j.machine.Monitor;
import dev.virtio4j.machine.ReferenceHost;
import dev.virtio4j.testing.Iso9660;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
 *   drive @/first,if=scsi,media=cdrom      a drive with one of these files, and its keys
 *   file spare 8M                          a file of zeroes that is no drive
 *   disc first HELLO.TXT=hello             an image of a CD-ROM with this line in a file
 *   $ blockdev --getsz /dev/vda            a command of the guest's shell; busybox's if it has one
 *   131072                                 of that name; and what it prints, errors too: no line
 *                                          that begins as one of the others does
 *   > drive resize drive0 96M              what the host does: a command of the monitor, soon, or
 *   > allocated disk0 at most 8M           checks how much of a file the host has space for, or
 *   > holds disk0 1024 hello               checks what is at this byte of a file
 * </pre>
 *
 * <p>What the monitor answers is shown where something is wrong. {@code @} stands for the directory
 * of the files; those of drives are disk0, disk1 and so on.
 *
 * <p>Empty lines don't count.
 */
final class GuestScenario {
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final int MEMORY = 128 << 20;

  private final List<String> setup;
  private final String expected;
  private final String script;

  private GuestScenario(List<String> lines) {
    setup = lines.stream().takeWhile(line -> !line.matches("[$>].*")).toList();
    List<String> session = lines.subList(setup.size(), lines.size());
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
    assertThat(answers(directory)).isEqualTo(expected);
  }

  /** What the guest says. */
  String answers(Path directory) throws Exception {
    TestGuest guest = TestGuest.of(script, directory);
    MachineOptions options =
        new MachineOptions(
            MEMORY,
            null,
            null,
            guest.kernel(),
            guest.initramfs(),
            TestGuest.COMMAND_LINE,
            setUp(directory),
            false,
            false);
    StringBuilder serial = new StringBuilder();
    AtomicReference<Monitor> monitor = new AtomicReference<>();
    BootRun.Result result;
    try (MachineSetup machine = MachineSetup.open(new ReferenceHost(), options)) {
      IntConsumer line =
          value -> {
            serial.append((char) value);
            if (value == '\n') {
              hostActs(directory, serial, monitor.get());
            }
          };
      BootRun run = new BootRun(machine::powerOn, List.of(), line, note -> {});
      monitor.set(new Monitor(run, machine));
      result = run.run(TIMEOUT, BootRun.RETRY);
    }
    String said = serial.toString().replace("\r", "").replaceAll("\n+", "\n");
    assertThat(said).as(result.reason()).contains("test: begins\n", "\ntest: ends\n");
    return said.replaceFirst("(?s).*test: begins\n(.*)\ntest: ends\n.*", "$1");
  }

  /** Does what the guest's last line asks of the host. */
  private void hostActs(Path directory, StringBuilder serial, Monitor monitor) {
    String line = serial.substring(serial.lastIndexOf("\n", serial.length() - 2) + 1).strip();
    String[] words = line.split(" ", 5);
    if (line.startsWith("> allocated ")) {
      long allocated = allocatedBytes(directory.resolve(words[2]));
      if (allocated > Sizes.parse(line.replaceFirst(".* ", ""))) {
        serial.append("no, ").append(allocated).append(" bytes\n");
      }
    } else if (line.startsWith("> holds ")) {
      String found =
          bytes(directory.resolve(words[2]), Long.parseLong(words[3]), words[4].length());
      if (!found.equals(words[4])) {
        serial.append("no, ").append(found).append("\n");
      }
    } else if (line.startsWith("> ")) {
      String path = directory.toString();
      monitor.ask(
          line.substring(2).replace("@", path),
          answer -> showFailure(answer.replace(path, "@"), serial));
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

  private static String bytes(Path file, long position, int length) {
    try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "r")) {
      byte[] bytes = new byte[length];
      image.seek(position);
      image.readFully(bytes);
      return new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes the files, and says what drives there are. */
  private List<DriveOptions> setUp(Path directory) throws IOException {
    List<DriveOptions> drives = new ArrayList<>();
    for (String line : setup) {
      String[] words = line.split(" ", 3);
      switch (words[0]) {
        case "file" -> makeFile(directory.resolve(words[1]), words[2]);
        case "disc" -> makeDisc(directory.resolve(words[1]), words[2].split("=", 2));
        case "drive" -> {
          String[] imageAndKeys = words[1].split(",", 2);
          String image = imageAndKeys[0].replace("@", directory.toString());
          if (image.equals(imageAndKeys[0])) {
            image = directory.resolve("disk" + drives.size()).toString();
            makeFile(Path.of(image), imageAndKeys[0]);
          }
          String keys = imageAndKeys.length == 1 ? "" : "," + imageAndKeys[1];
          drives.add(DriveOptions.parse("file=" + image + keys));
        }
        default -> {} // a comment
      }
    }
    return drives;
  }

  private static void makeFile(Path path, String size) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(Sizes.parse(size));
    }
  }

  private static void makeDisc(Path path, String[] nameAndText) throws IOException {
    byte[] text = (nameAndText[1] + "\n").getBytes(StandardCharsets.US_ASCII);
    Files.write(path, Iso9660.of("DISC", nameAndText[0], text));
  }
}
