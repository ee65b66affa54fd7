package dev.virtio4j.scenario;

import dev.virtio4j.scenario.Host.Kind;
import dev.virtio4j.scenario.Host.Unit;
import dev.virtio4j.testing.Needs;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** QEMU's virtio-blk-pci and virtio-scsi-pci on its pc machine. */
final class QemuMachine implements Machine {

  /** Without ioeventfd a notify is served before its OUT is answered. */
  private static final String FUNCTION = ",disable-modern=on,vectors=0,ioeventfd=off";

  private static final String ERRORS = "errors";
  private static final String QMP = "qmp";

  /** After so long a process hangs. */
  private static final int SECONDS = 60;

  @Override
  public boolean isOurs() {
    return false;
  }

  @Override
  public Duration patience() {
    return Duration.ofSeconds(10);
  }

  @Override
  public String toString() {
    return "QEMU";
  }

  @Override
  public Qtest.Channel start(List<Device> devices) throws IOException {
    Path directory = Files.createTempDirectory("scenario");
    List<String> command =
        new ArrayList<>(
            List.of(
                Needs.QEMU,
                "-machine",
                "pc",
                "-m",
                Integer.toString(MEMORY_MIB),
                "-S",
                "-display",
                "none",
                "-nodefaults",
                "-qtest",
                "stdio",
                "-qtest-log",
                "none",
                "-qmp",
                "unix:%s,server=on,wait=off".formatted(directory.resolve(QMP))));
    for (int i = 0; i < devices.size(); i++) {
      if (devices.get(i) instanceof Disk disk) {
        String drive = "d" + i;
        command.addAll(drive(drive, disk, directory));
        command.add("-device");
        command.add(
            "virtio-blk-pci,drive=%s,physical_block_size=%s"
                    .formatted(drive, physicalBlockSize(disk))
                + FUNCTION
                + properties(disk.options(), Disk.PROPERTIES));
      } else if (devices.get(i) instanceof Host host) {
        command.add("-device");
        command.add(
            "virtio-scsi-pci,id=h%d".formatted(i)
                + FUNCTION
                + properties(host.options(), Host.PROPERTIES));
        for (Unit unit : host.units()) {
          if (!unit.empty()) {
            command.addAll(drive(name(i, unit.address()), unit.medium(), directory));
          }
          command.add("-device");
          command.add(
              unitProperties(i, unit).entrySet().stream()
                  .map(property -> property.getKey() + "=" + property.getValue())
                  .collect(Collectors.joining(",", unit.kind().qemu + ",", "")));
        }
      }
    }
    Process process =
        new ProcessBuilder(command).redirectError(directory.resolve(ERRORS).toFile()).start();
    return new ProcessChannel(process, directory);
  }

  /** The options that make an image a drive. */
  private static List<String> drive(String name, Disk disk, Path directory) throws IOException {
    Path image = directory.resolve(name);
    Files.write(image, disk.content());
    return List.of(
        "-drive",
        "file=%s,if=none,id=%s,format=raw%s%s%s"
            .formatted(
                image,
                name,
                disk.readOnly() ? ",readonly=on" : "",
                disk.options().containsKey("discard") ? "" : ",discard=unmap",
                properties(disk.options(), Disk.DRIVE_PROPERTIES)));
  }

  /** What a unit, and its drive, are called. */
  static String name(int host, UnitAddress unit) {
    return "h%dt%dl%d".formatted(host, unit.target(), unit.lun());
  }

  /** The properties of a unit, which has the name of ours. */
  static Map<String, String> unitProperties(int host, Unit unit) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("id", "u" + name(host, unit.address()));
    properties.put("bus", "h%d.0".formatted(host));
    properties.put("channel", "0");
    properties.put("scsi-id", Integer.toString(unit.address().target()));
    properties.put("lun", Integer.toString(unit.address().lun()));
    properties.put("vendor", "VIRTIO4J");
    properties.put("product", unit.kind() == Kind.DISK ? "DISK" : "CD-ROM");
    properties.put("ver", "0001");
    if (!unit.empty()) {
      properties.put("drive", name(host, unit.address()));
    }
    if (unit.kind() == Kind.DISK) {
      properties.put("physical_block_size", physicalBlockSize(unit.medium()));
    }
    unit.medium()
        .options()
        .forEach(
            (name, value) -> {
              if (Disk.PROPERTIES.contains(name)) {
                properties.put(name, value);
              }
            });
    return properties;
  }

  private static String properties(Map<String, String> options, Set<String> names) {
    return options.entrySet().stream()
        .filter(option -> names.contains(option.getKey()))
        .map(option -> ",%s=%s".formatted(option.getKey(), option.getValue()))
        .collect(Collectors.joining());
  }

  /** QEMU's own is 512 unless told, which is refused where a logical block is larger. */
  private static String physicalBlockSize(Disk disk) {
    return Integer.toString(
        disk.number("physical_block_size", disk.number("logical_block_size", Disk.SECTOR)));
  }

  private static final class ProcessChannel implements Qtest.Channel {
    private final Process process;
    private final Path directory;
    private final Writer toProcess;
    private final BufferedReader fromProcess;
    private final CompletableFuture<Void> watchdog;
    private final Hands hands;

    ProcessChannel(Process process, Path directory) {
      this.process = process;
      this.directory = directory;
      toProcess = process.outputWriter(StandardCharsets.US_ASCII);
      fromProcess = process.inputReader(StandardCharsets.US_ASCII);
      hands = new QemuHands(directory, directory.resolve(QMP));
      watchdog =
          CompletableFuture.runAsync(
              process::destroyForcibly,
              CompletableFuture.delayedExecutor(SECONDS, TimeUnit.SECONDS));
    }

    @Override
    public void send(String line) {
      try {
        toProcess.write(line + "\n");
        toProcess.flush();
      } catch (IOException e) {
        // It is gone: receive says so.
        process.destroyForcibly();
      }
    }

    @Override
    public String receive() throws IOException {
      String line = fromProcess.readLine();
      if (line == null) {
        throw new EOFException("QEMU is gone: " + Files.readString(directory.resolve(ERRORS)));
      }
      return line;
    }

    @Override
    public Hands hands() {
      return hands;
    }

    @Override
    public void close() throws IOException {
      watchdog.cancel(false);
      process.destroyForcibly().onExit().join();
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
  }
}
